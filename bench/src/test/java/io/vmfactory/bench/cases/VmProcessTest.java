package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class VmProcessTest {
  @Test
  void theCpuTimeOfAProcessGrowsAsItWorks() throws IOException {
    VmProcess self = new VmProcess(ProcessHandle.current().pid());
    long before = self.cpuMicros();
    assertThat(before).isPositive();
    while (self.cpuMicros() == before) {
      Thread.onSpinWait();
    }
    assertThat(self.cpuMicros()).isGreaterThan(before);
  }

  @Test
  void aMissingProcessIsReportedWithItsFolder() {
    assertThatThrownBy(() -> new VmProcess(Long.MAX_VALUE).cpuMicros())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/proc/" + Long.MAX_VALUE);
  }
}
