package io.vmfactory.vmm.groups;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The limits of a group, as this host's kernel applies them. A user who may have no groups gets the
 * reason instead.
 */
class KernelGroupsTest {
  private static final String NAME = "vmfactory-test-" + ProcessHandle.current().pid();
  private static final long LIMIT = 32L << 20;
  private static final GroupLimits LARGE = new GroupLimits(1 << 30, 100, 1);
  private static final int KILLED = 128 + 9;

  private interface Body {
    void run(ControlGroups groups) throws Exception;
  }

  private static void withGroups(Body body) throws Exception {
    Optional<ControlGroups> groups = opened();
    if (groups.isPresent()) {
      try {
        body.run(groups.get());
      } finally {
        groups.get().sweep(vm -> true);
        groups.get().remove();
        assertThat(groups.get().folders()).noneMatch(Files::exists);
      }
    }
  }

  private static Optional<ControlGroups> opened() {
    try {
      return Optional.of(ControlGroups.open("", NAME));
    } catch (VmmException e) {
      assertThat(e.reason()).isEqualTo(Reason.UNUSABLE);
      boolean possible = OwnUser.isRoot() && Files.isWritable(Path.of("/sys/fs/cgroup"));
      assertThat(possible).as(e.getMessage()).isFalse();
      return Optional.empty();
    }
  }

  private static Process shell(String script) throws IOException {
    return new ProcessBuilder("/bin/sh", "-c", "read go; " + script)
        .redirectErrorStream(true)
        .start();
  }

  private static int end(Process process) throws Exception {
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @Test
  void aProcessThatTakesMoreMemoryIsEndedAndNoOtherIs() throws Exception {
    withGroups(
        groups -> {
          ControlGroup greedy = groups.create(VmId.random(), LARGE);
          ControlGroup other = groups.create(VmId.random(), LARGE);
          greedy.limit(new GroupLimits(LIMIT, 10, 1));
          Process hog = shell("exec tail /dev/zero");
          Process innocent = shell("exit 7");
          greedy.join((int) hog.pid());
          other.join((int) innocent.pid());
          assertThat(end(hog)).isEqualTo(KILLED);
          assertThat(innocent.isAlive()).isTrue();
          assertThat(end(innocent)).isEqualTo(7);
        });
  }

  /** With cgroup v1, the kernel refuses a limit of memory above that of memory and swap. */
  @Test
  void swapIsBoundedAndItsLimitGrowsWithThatOfMemory() throws Exception {
    withGroups(
        groups -> {
          ControlGroup group = groups.create(VmId.random(), LARGE);
          assertThat(swapLimits(group)).isSubsetOf(LARGE.memoryBytes());
          group.grow(5L << 30);
          assertThat(swapLimits(group)).isSubsetOf(LARGE.memoryBytes() + (5L << 30));
        });
  }

  @Test
  void whatAKilledDaemonLeftIsClearedAndARunningVmKeepsItsGroup() throws Exception {
    withGroups(
        groups -> {
          groups.create(VmId.random(), LARGE);
          ControlGroup used = groups.create(VmId.random(), LARGE);
          Process running = shell("exit 0");
          used.join((int) running.pid());
          ControlGroups.clear(NAME);
          assertThat(used.folders()).allMatch(Files::exists);
          assertThat(end(running)).isZero();
          ControlGroups.clear(NAME);
          assertThat(groups.folders()).isNotEmpty().noneMatch(Files::exists);
        });
  }

  /** Returns how much swap the group can have; nothing if this host does not count it. */
  private static List<Long> swapLimits(ControlGroup group) throws IOException {
    List<Long> limits = new ArrayList<>();
    for (Path folder : group.folders()) {
      Path v2 = folder.resolve("memory.swap.max");
      Path v1 = folder.resolve("memory.memsw.limit_in_bytes");
      if (Files.exists(v2)) {
        limits.add(number(v2));
      } else if (Files.exists(v1)) {
        limits.add(number(v1) - number(folder.resolve("memory.limit_in_bytes")));
      }
    }
    return limits;
  }

  private static long number(Path setting) throws IOException {
    return Long.parseLong(Files.readString(setting).strip());
  }

  @Test
  void aProcessCannotMakeMoreProcesses() throws Exception {
    withGroups(
        groups -> {
          ControlGroup group = groups.create(VmId.random(), LARGE);
          group.limit(new GroupLimits(LIMIT, 1, 1));
          Process forks = shell("(exit 7)");
          group.join((int) forks.pid());
          assertThat(end(forks)).isNotEqualTo(7);
        });
  }

  @Test
  void theKernelNamesTheGroupOfAProcess() throws Exception {
    withGroups(
        groups -> {
          VmId vm = VmId.random();
          ControlGroup group = groups.create(vm, LARGE);
          Process process = shell("exit 7");
          group.join((int) process.pid());
          Path folder = Path.of("/proc/" + process.pid());
          assertThat(ControlGroup.of(vm, folder).folders())
              .containsExactlyElementsOf(group.folders())
              .allMatch(Files::exists);
          assertThat(end(process)).isEqualTo(7);
          group.remove();
          assertThat(group.folders()).noneMatch(Files::exists);
        });
  }
}
