package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.Size;
import io.vmfactory.guest.oci.ResourceLimits;
import io.vmfactory.vmm.Sizing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class VmSizesTest {
  private final VmSizes sizes = new VmSizes(new Size(1, 256), new Size(4, 2000));

  private int memory(long limitMib) {
    return sizes.of(new ResourceLimits(limitMib << 20, null, null, null, null)).memoryMib();
  }

  private int cpus(Long quota, Long period) {
    return sizes.of(new ResourceLimits(null, quota, period, null, null)).vcpus();
  }

  @Test
  void withoutLimitsTheSizeIsTheConfiguredOne() {
    assertThat(sizes.of(new ResourceLimits(null, null, null, 2L, 3L))).isEqualTo(new Sizing(0, 0));
    assertThat(sizes.of(new ResourceLimits(-1L, -1L, 100_000L, null, null)))
        .isEqualTo(new Sizing(0, 0));
  }

  @ParameterizedTest
  @CsvSource({"64, 0", "188, 0", "189, 0", "190, 384", "512, 640", "1024, 1152", "1898, 2000"})
  void theLimitAndWhatTheGuestNeedsFitIntoTheVm(long limitMib, int vmMib) {
    assertThat(memory(limitMib)).isEqualTo(vmMib);
  }

  @Test
  void asManyCpusAsItMayUseAtOnce() {
    assertThat(cpus(50_000L, 100_000L)).isZero();
    assertThat(cpus(100_000L, 100_000L)).isZero();
    assertThat(cpus(100_001L, 100_000L)).isEqualTo(2);
    assertThat(cpus(400_000L, null)).isEqualTo(4);
    assertThat(cpus(30_000L, 10_000L)).isEqualTo(3);
  }

  @Test
  void whatExceedsTheLargestVmIsRefusedWithTheReason() {
    assertThatThrownBy(() -> memory(1900))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("linux.resources.memory.limit: 1900 MiB need a VM with 2002 MiB")
        .hasMessageContaining("default_maxmemory");
    assertThatThrownBy(() -> memory((1L << 43) - 1)).isInstanceOf(SandboxException.class);
    assertThatThrownBy(() -> cpus(400_001L, 100_000L))
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("linux.resources.cpu.quota: it allows 5 CPUs")
        .hasMessageContaining("default_maxvcpus");
    assertThatThrownBy(() -> cpus(Long.MAX_VALUE, 1L)).isInstanceOf(SandboxException.class);
  }
}
