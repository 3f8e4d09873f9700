package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.DriveLimits;
import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys that bound what a VM takes of the host. */
class BoundsKeysTest {
  @TempDir Path dir;

  private VmFactoryConfig load(String keys) throws IOException {
    Path file = Files.writeString(dir.resolve("f.toml"), "[hypervisor.qemu]\n" + keys);
    return new ConfigLoader(new Surroundings(Map.of(), true)).load(file).config();
  }

  @Test
  void valuesAreReadAndWritten() throws IOException {
    VmFactoryConfig config =
        load(
            """
            control_groups = "required"
            cgroup_parent = "/machines.slice/vms"
            system_calls = "none"
            drive_mib_per_second = 100
            drive_requests_per_second = 2000
            max_overlays = 50000
            max_overlays_per_vm = 8192
            """);
    assertThat(config.qemu().isolation().groups())
        .isEqualTo(new Groups(Mode.REQUIRED, "/machines.slice/vms"));
    assertThat(config.qemu().isolation().systemCalls()).isEqualTo(Mode.NONE);
    assertThat(config.qemu().driveLimits()).isEqualTo(new DriveLimits(100, 2000, 50000, 8192));
    Path written = Files.writeString(dir.resolve("g.toml"), ConfigWriter.toToml(config));
    assertThat(new ConfigLoader(new Surroundings(Map.of(), true)).load(written).config())
        .isEqualTo(config);
  }

  @Test
  void byDefaultGroupsAreTriedAndDrivesAreFree() throws IOException {
    assertThat(load("").qemu().isolation().groups()).isEqualTo(new Groups(Mode.AUTO, ""));
    assertThat(load("").qemu().isolation().systemCalls()).isEqualTo(Mode.AUTO);
    assertThat(load("").qemu().driveLimits()).isEqualTo(DriveLimits.NONE);
  }

  @Test
  void badValuesAreReported() {
    assertThatThrownBy(
            () ->
                load(
                    """
                    control_groups = "maybe"
                    cgroup_parent = "/a/../b"
                    system_calls = "few"
                    drive_mib_per_second = -1
                    drive_requests_per_second = 10000001
                    max_overlays = "1GiB"
                    """))
        .hasMessageContainingAll(
            "control_groups is \"maybe\", must be \"auto\", \"required\" or \"none\"",
            "cgroup_parent is \"/a/../b\", must be a path such as /machines, or empty",
            "system_calls is \"few\", must be \"auto\", \"required\" or \"none\"",
            "drive_mib_per_second is -1, must be 0..1048576",
            "drive_requests_per_second is 10000001, must be 0..10000000",
            "max_overlays is 1GiB, must be a whole number");
  }
}
