package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.vmm.Capability;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckViewTest {
  private static final Capability QEMU = Capability.yes("qemu", "/usr/bin/qemu 7.2");
  private static final Capability NO_QEMU = Capability.no("qemu", "not found");
  private static final Capability NO_KVM = Capability.no("kvm", "runs no guest");
  private static final Set<String> NOT_NEEDED = Set.of("kvm");

  @Test
  void vmsCanBeRunWithoutWhatIsOnlyWelcome() {
    assertThat(CheckView.possible(List.of(QEMU, NO_KVM), NOT_NEEDED, "auto")).isTrue();
  }

  @Test
  void vmsCannotBeRunWithoutWhatIsNeeded() {
    assertThat(CheckView.possible(List.of(NO_QEMU), NOT_NEEDED, "auto")).isFalse();
  }

  @Test
  void kvmIsNeededWhenItIsConfigured() {
    assertThat(CheckView.possible(List.of(QEMU, NO_KVM), NOT_NEEDED, "kvm")).isFalse();
  }

  @Test
  void isShownForPeople() {
    assertThat(CheckView.lines(List.of(QEMU, NO_KVM), true))
        .containsExactly(
            "CAPABILITY       WHY",
            "qemu        yes  /usr/bin/qemu 7.2",
            "kvm         no   runs no guest",
            "",
            "VMs can be run here");
  }

  @Test
  void isShownForPrograms() {
    assertThat(CheckView.json(List.of(NO_KVM), false))
        .hasToString(
            "{\"possible\":false,\"capabilities\":"
                + "[{\"name\":\"kvm\",\"usable\":false,\"why\":\"runs no guest\"}]}");
  }
}
