package io.vmfactory.vmm.groups;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.Hierarchy.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The groups of VMs under the rules of the kernel's two interfaces. */
class ControlGroupsTest {
  private static final Path TOP = Path.of("/cg");
  private static final Path SLICE = TOP.resolve("system.slice");
  private static final Path UNIT = SLICE.resolve("vmfactory.service");
  private static final GroupLimits SMALL = GroupLimits.of(new Sizing(2, 256), false);
  private static final long MIB = 1 << 20;
  private static final String LIMIT = Long.toString((256 + 4 + GroupLimits.OVERHEAD_MIB) * MIB);
  private static final String[] ALL = {"memory", "pids", "cpu"};

  private final VmId vm = VmId.random();

  private static ScriptedGroups v2(String... controllers) throws IOException {
    return new ScriptedGroups().mount(TOP, true, controllers).process(UNIT, 7);
  }

  private static List<Hierarchy> unified(Path own) {
    return List.of(new Hierarchy(Version.V2, TOP, own, Set.of(Controller.values())));
  }

  private static List<Hierarchy> separate() {
    return List.of(
        new Hierarchy(Version.V1, TOP.resolve("cpu"), TOP.resolve("cpu"), Set.of(Controller.CPU)),
        new Hierarchy(
            Version.V1, TOP.resolve("mem"), TOP.resolve("mem/a/b"), Set.of(Controller.MEMORY)),
        new Hierarchy(
            Version.V1, TOP.resolve("pids"), TOP.resolve("pids"), Set.of(Controller.PIDS)));
  }

  private static ScriptedGroups v1() throws IOException {
    return new ScriptedGroups()
        .mount(TOP.resolve("cpu"), false, "cpu")
        .mount(TOP.resolve("mem"), false, "memory")
        .mount(TOP.resolve("pids"), false, "pids")
        .process(TOP.resolve("mem/a/b"), 7);
  }

  @Test
  void withV2AVmsGroupLiesBesideTheDaemons() throws IOException {
    ScriptedGroups kernel = v2(ALL);
    ControlGroup group = ControlGroups.open(unified(UNIT), "", "d", kernel).create(vm, SMALL);
    Path folder = SLICE.resolve("d").resolve(vm.value());
    assertThat(group.folders()).containsExactly(folder);
    assertThat(kernel.setting(folder, "memory.max")).isEqualTo(LIMIT);
    assertThat(kernel.setting(folder, "memory.swap.max")).isEqualTo(LIMIT);
    assertThat(kernel.setting(folder, "pids.max")).isEqualTo("164");
    assertThat(kernel.setting(folder, "cpu.weight")).isEqualTo("200");
  }

  @Test
  void withV1AVmsGroupLiesBelowTheDaemonsInEachTree() throws IOException {
    ScriptedGroups kernel = v1();
    ControlGroup group = ControlGroups.open(separate(), "", "d", kernel).create(vm, SMALL);
    Path memory = TOP.resolve("mem/a/b/d").resolve(vm.value());
    assertThat(group.folders())
        .containsExactly(
            TOP.resolve("cpu/d").resolve(vm.value()),
            memory,
            TOP.resolve("pids/d").resolve(vm.value()));
    assertThat(kernel.setting(memory, "memory.limit_in_bytes")).isEqualTo(LIMIT);
    assertThat(kernel.setting(memory, "memory.memsw.limit_in_bytes"))
        .isEqualTo(Long.toString(2 * Long.parseLong(LIMIT)));
    assertThat(kernel.setting(group.folders().get(0), "cpu.shares")).isEqualTo("2048");
    assertThat(kernel.setting(group.folders().get(2), "pids.max")).isEqualTo("164");
  }

  @Test
  void aDaemonInTheRootGroupHasVmsBelowIt() throws IOException {
    ScriptedGroups kernel = new ScriptedGroups().mount(TOP, true, ALL).process(TOP, 7);
    ControlGroups groups = ControlGroups.open(unified(TOP), "", "d", kernel);
    assertThat(groups.folders()).containsExactly(TOP.resolve("d"));
  }

  @Test
  void theParentCanBeConfiguredAndIsMade() throws IOException {
    ScriptedGroups kernel = v2(ALL);
    ControlGroups groups = ControlGroups.open(unified(UNIT), "/vms/a", "d", kernel);
    Path folder = TOP.resolve("vms/a/d");
    assertThat(groups.folders()).containsExactly(folder);
    ControlGroup group = groups.create(vm, SMALL);
    assertThat(kernel.setting(group.folders().get(0), "memory.max")).isEqualTo(LIMIT);
    assertThat(ControlGroups.open(separate(), "/vms", "d", v1()).folders())
        .containsExactly(
            TOP.resolve("cpu/vms/d"), TOP.resolve("mem/vms/d"), TOP.resolve("pids/vms/d"));
  }

  @Test
  void aParentWithProcessesIsRefusedWithTheRemedy() throws IOException {
    ScriptedGroups kernel = v2(ALL);
    assertUnusable(
        () -> ControlGroups.open(unified(UNIT), "/system.slice/vmfactory.service", "d", kernel),
        "no controller memory");
  }

  @Test
  void aGroupOfAnotherUserIsRefusedWithTheRemedy() throws IOException {
    ScriptedGroups kernel = v2(ALL).lock(SLICE);
    assertUnusable(
        () -> ControlGroups.open(unified(UNIT), "", "d", kernel),
        "ermission denied",
        "cgroup_parent");
  }

  @Test
  void memoryAndPidsAreNeededAndTheShareOfTheCpusIsNot() throws IOException {
    ScriptedGroups kernel = v2("memory", "pids");
    ControlGroup group = ControlGroups.open(unified(UNIT), "", "d", kernel).create(vm, SMALL);
    assertThat(kernel.setting(group.folders().get(0), "memory.max")).isEqualTo(LIMIT);
    ScriptedGroups lacking = v2("cpu", "pids");
    assertUnusable(() -> ControlGroups.open(unified(UNIT), "", "d", lacking), "memory");
    assertUnusable(() -> ControlGroups.open(List.of(), "", "d", v2(ALL)), "memory", "mounted");
  }

  private static void assertUnusable(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable open, String... words) {
    assertThatThrownBy(open)
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE))
        .hasMessageContainingAll(words);
  }

  @Test
  void theLimitGrowsWithTheVm() throws IOException {
    ScriptedGroups kernel = v2(ALL);
    ControlGroup group = ControlGroups.open(unified(UNIT), "", "d", kernel).create(vm, SMALL);
    group.grow(GroupLimits.bytes(768));
    group.weigh(4);
    Path folder = group.folders().get(0);
    assertThat(kernel.setting(folder, "memory.max"))
        .isEqualTo(Long.toString((1024 + 16 + GroupLimits.OVERHEAD_MIB) * MIB));
    assertThat(kernel.setting(folder, "cpu.weight")).isEqualTo("400");
  }

  @Test
  void whatEndedWithoutADaemonIsSweptAndWhatRunsStays() throws IOException {
    ScriptedGroups kernel = v1();
    ControlGroups earlier = ControlGroups.open(separate(), "", "d", kernel);
    ControlGroup ended = earlier.create(VmId.random(), SMALL);
    ControlGroup running = earlier.create(vm, SMALL);
    running.join(99);
    ControlGroup others = ControlGroups.open(separate(), "", "other", kernel).create(vm, SMALL);
    ControlGroups.open(separate(), "", "d", kernel).sweep(vm -> true);
    assertThat(kernel.all())
        .doesNotContainAnyElementsOf(ended.folders())
        .containsAll(running.folders())
        .containsAll(others.folders());
  }

  @Test
  void aRemovedGroupOfTheDaemonIsMadeAgain() throws IOException {
    ScriptedGroups kernel = v2(ALL);
    ControlGroups groups = ControlGroups.open(unified(UNIT), "", "d", kernel);
    groups.remove();
    assertThat(kernel.all()).doesNotContain(SLICE.resolve("d"));
    ControlGroup group = groups.create(vm, SMALL);
    assertThat(kernel.setting(group.folders().get(0), "memory.max")).isEqualTo(LIMIT);
  }

  @Test
  void aGroupThatCannotBeMadeLeavesNothing() throws IOException {
    ScriptedGroups kernel = v1();
    ControlGroups groups = ControlGroups.open(separate(), "", "d", kernel);
    kernel.lock(TOP.resolve("pids/d"));
    assertThatThrownBy(() -> groups.create(vm, SMALL))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("ermission denied");
    assertThat(kernel.all()).noneMatch(path -> path.endsWith(vm.value()));
  }

  @Test
  void theGroupOfARunningVmIsTheOneThatTheKernelNames() throws IOException {
    ScriptedGroups kernel = v2(ALL);
    ControlGroup made = ControlGroups.open(unified(UNIT), "", "d", kernel).create(vm, SMALL);
    String mounts = "29 23 0:26 / /cg rw - cgroup2 cgroup2 rw\n";
    ControlGroup found =
        ControlGroup.of(vm, mounts, "0::/system.slice/d/" + vm.value() + "\n", kernel);
    assertThat(found.folders()).isEqualTo(made.folders());
    found.grow(MIB);
    assertThat(kernel.setting(made.folders().get(0), "memory.max"))
        .isEqualTo(Long.toString(SMALL.memoryBytes() + MIB));
    found.remove();
    assertThat(kernel.all()).doesNotContainAnyElementsOf(made.folders());
    assertThat(ControlGroup.of(vm, mounts, "0::/user.slice\n", kernel).folders()).isEmpty();
  }

  @Test
  void aCloneCanBeTheFirstThatTouchesItsTemplatesPages() {
    long alone = GroupLimits.of(new Sizing(1, 256), false).memoryBytes();
    long clone = GroupLimits.of(new Sizing(1, 256), true).memoryBytes();
    assertThat(clone - alone).isEqualTo(GroupLimits.bytes(256)).isGreaterThan(256 * MIB);
  }

  @Test
  void everyDaemonHasItsOwnName() {
    String name = ControlGroups.name(Path.of("/run/vmfactory"));
    assertThat(name).matches("vmfactory-[0-9a-f]{8}");
    assertThat(ControlGroups.name(Path.of("/run/vmfactory"))).isEqualTo(name);
    assertThat(ControlGroups.name(Path.of("/run/other"))).isNotEqualTo(name);
  }
}
