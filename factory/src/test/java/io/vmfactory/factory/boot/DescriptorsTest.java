package io.vmfactory.factory.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.http.ConnectionLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests how few descriptors are divided. */
class DescriptorsTest {
  private static VmFactoryConfig config() {
    return new ConfigLoader(new Surroundings(Map.of(), true)).parse("", "no file");
  }

  @ParameterizedTest
  @CsvSource({"256, 64, 10", "1024, 256, 106", "4096, 1024, 256", "524288, 4096, 256"})
  void connectionsAndVmsGetTheirParts(int limit, int connections, int vms) {
    Descriptors descriptors = new Descriptors(limit);
    assertThat(descriptors.connections().all()).isEqualTo(connections);
    assertThat(descriptors.connections().each()).isEqualTo(connections / 2);
    assertThat(descriptors.bounded(config()).daemon().maxVms()).isEqualTo(vms);
    assertThat(connections + 6 * vms + 128).isLessThanOrEqualTo(limit);
  }

  @Test
  void enoughDescriptorsChangeNothing() {
    assertThat(new Descriptors(Integer.MAX_VALUE).bounded(config())).isEqualTo(config());
    assertThat(ConnectionLimits.of(Integer.MAX_VALUE).all()).isEqualTo(4096);
  }

  @Test
  void aDaemonWithHardlyAnyStillServes() {
    Descriptors few = new Descriptors(20);
    assertThat(few.connections().all()).isEqualTo(16);
    assertThat(few.bounded(config()).daemon().maxVms()).isEqualTo(1);
  }

  @Test
  void theKernelsFileIsRead(@TempDir Path folder) throws IOException {
    assertThat(Descriptors.ofThisProcess().limit()).isGreaterThan(100);
    Path limits = folder.resolve("limits");
    Files.writeString(
        limits,
        "Limit  Soft  Hard  Units\nMax open files            unlimited  unlimited  files\n");
    assertThat(Descriptors.read(limits).limit()).isEqualTo(Integer.MAX_VALUE);
  }
}
