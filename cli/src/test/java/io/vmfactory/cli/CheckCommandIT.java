package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("qemu")
class CheckCommandIT {
  @TempDir Path dir;

  private Cli check(String qemu) throws IOException {
    Path file = Files.writeString(dir.resolve("vmlinuz"), "");
    Path config = dir.resolve("c.toml");
    Files.writeString(
        config,
        """
        [daemon]
        state_dir = "%1$s"
        run_dir = "%1$s"
        [hypervisor.qemu]
        kernel = "%2$s"
        initrd = "%2$s"
        accelerator = "tcg"
        %3$s
        """
            .formatted(dir, file, qemu));
    return Cli.run("check", "--config", config);
  }

  @Test
  void aHostWithQemuCanRunVms() throws IOException {
    Cli check = check("");

    assertThat(check.out())
        .contains("qemu ", "kernel ", "socket ")
        .endsWith("VMs can be run here\n");
    assertThat(check.exit()).isZero();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  @Test
  void aHostWithoutQemuCannot() throws IOException {
    Cli check = check("path = \"/nonexistent/qemu\"");

    assertThat(check.out()).contains("/nonexistent/qemu").endsWith("VMs cannot be run here\n");
    assertThat(check.exit()).isEqualTo(1);
  }
}
