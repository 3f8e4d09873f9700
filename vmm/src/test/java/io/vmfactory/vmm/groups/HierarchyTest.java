package io.vmfactory.vmm.groups;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.vmm.groups.Hierarchy.Version;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The trees of control groups, as the kernel describes them on hosts of each kind. */
class HierarchyTest {
  private static final String V2 =
      "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
  private static final String SEPARATE =
      """
      31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
      32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
      33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
      35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
      39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
      41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
      """;
  private static final String SEPARATE_MEMBER =
      """
      9:name=systemd:/system.slice
      8:pids:/p
      4:memory:/m/n
      3:cpuset:/wrong
      2:cpuacct:/wrong
      1:cpu:/
      0::/u
      """;

  private static Hierarchy v1(String mount, String own, Controller... controllers) {
    return new Hierarchy(Version.V1, Path.of(mount), Path.of(own), Set.of(controllers));
  }

  @Test
  void oneTreeOfV2HasAllControllers() {
    assertThat(Hierarchy.of(V2, "0::/system.slice/vmfactory.service\n"))
        .containsExactly(
            new Hierarchy(
                Version.V2,
                Path.of("/sys/fs/cgroup"),
                Path.of("/sys/fs/cgroup/system.slice/vmfactory.service"),
                Set.of(Controller.values())));
  }

  @Test
  void everyControllerOfV1HasItsTree() {
    assertThat(Hierarchy.of(SEPARATE, SEPARATE_MEMBER))
        .containsExactly(
            v1("/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu", Controller.CPU),
            v1("/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/m/n", Controller.MEMORY),
            v1("/sys/fs/cgroup/pids", "/sys/fs/cgroup/pids/p", Controller.PIDS));
  }

  @Test
  void aTreeOfV1CanHaveSeveralControllersAndALinkedName() {
    String mounts = "32 31 0:29 / /cg/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
    assertThat(Hierarchy.of(mounts, "2:cpu,cpuacct:/a\n"))
        .containsExactly(v1("/cg/cpu,cpuacct", "/cg/cpu,cpuacct/a", Controller.CPU));
  }

  @Test
  void controllersThatV1DoesNotHaveAreThoseOfV2() {
    String mounts =
        """
        35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """;
    assertThat(Hierarchy.of(mounts, "4:memory:/m\n0::/u\n"))
        .containsExactly(
            v1("/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/m", Controller.MEMORY),
            new Hierarchy(
                Version.V2,
                Path.of("/sys/fs/cgroup/unified"),
                Path.of("/sys/fs/cgroup/unified/u"),
                Set.of(Controller.PIDS, Controller.CPU)));
  }

  @Test
  void aContainerSeesAPartOfTheTree() {
    String mounts = "35 31 0:32 /docker/c1 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
    assertThat(Hierarchy.of(mounts, "4:memory:/docker/c1/inner\n"))
        .containsExactly(
            v1("/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/inner", Controller.MEMORY));
    assertThat(Hierarchy.of(mounts, "4:memory:/../other\n"))
        .containsExactly(v1("/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory", Controller.MEMORY));
  }

  @Test
  void aHostWithoutControlGroupsHasNone() {
    assertThat(Hierarchy.of("31 23 0:28 / / rw - ext4 /dev/vda rw\nbroken\n", "0::/\n")).isEmpty();
    assertThat(Hierarchy.of(V2, "")).isEmpty();
  }
}
