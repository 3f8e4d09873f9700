package io.vmfactory.guest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.QemuConfig;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.vmm.VmSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SpecFactoryTest {
  @Test
  void theKernelIsStartedAsTheGuestRecommendsWithTheUsersParametersLast() throws IOException {
    Path readme = Path.of(System.getProperty("vmfactory.top"), "guest", "README.md");
    assertThat(Files.readAllLines(readme).stream().map(String::strip))
        .contains(String.join(" ", GuestImage.KERNEL_PARAMETERS));
    assertThat(spec("q35").kernel().parameters()).startsWith("console=ttyS0").endsWith("extra=1");
  }

  @Test
  void onlyABoardWithPciExpressHasHotplugPorts() {
    assertThat(spec("q35").devices()).isEqualTo(new VmSpec.Devices(4, 2, 3, 1, 1 << 30));
    assertThat(spec("pc-q35-7.2").devices().hotplugPorts()).isEqualTo(3);
    assertThat(spec("pc").devices()).isEqualTo(new VmSpec.Devices(4, 2, 0, 1, 1 << 30));
  }

  @Test
  void withoutKvmTheCpuHasNoStringInstructionsThatAreEmulatedByteByByte() {
    assertThat(spec("q35").machine().cpuModel()).isEqualTo("max,-erms,-fsrm");
    assertThat(spec("q35", "Nehalem").machine().cpuModel()).isEqualTo("Nehalem");
  }

  private static VmSpec spec(String board) {
    return spec(board, "");
  }

  private static VmSpec spec(String board, String cpuModel) {
    QemuConfig.Size size = new QemuConfig.Size(1, 256);
    QemuConfig config =
        new QemuConfig(
            null,
            Path.of("/k"),
            Path.of("/i"),
            size,
            size,
            4,
            new QemuConfig.Machine(board, "", cpuModel),
            "auto",
            List.of("extra=1"),
            new QemuConfig.Devices(4, 2, 3, 1, 1 << 30),
            QemuConfig.Isolation.none(),
            QemuConfig.DriveLimits.NONE);
    return SpecFactory.of(config, new FakeHypervisor().info());
  }
}
