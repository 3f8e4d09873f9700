package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.linux.Processes;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("qemu")
class HostCheckIT {
  private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir Path temp;

  /** The states of KVM on a host. QEMU opens {@code /dev/kvm} itself, so a script replaces QEMU. */
  private enum Kvm {
    /** Uses the KVM of the host that runs the tests. */
    THIS_HOST(""),
    MISSING(""),
    /** QEMU refuses with its message for a file that is no KVM device. */
    BROKEN(
        """
        case " $* " in *" -accel kvm "*)
          echo "Could not access KVM kernel module: No such device" >&2
          echo "qemu-system-x86_64: failed to initialize kvm: No such device (an error)" >&2
          exit 1 ;;
        esac
        """),
    /** The guest runs to its end, but under TCG. */
    WORKING(
        """
        for one; do
          shift
          case $one in kvm) one=tcg ;; host) one=max ;; esac
          set -- "$@" "$one"
        done
        """);

    private final String instead;

    Kvm(String instead) {
      this.instead = instead;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCapabilityIsAnsweredWithAReason(Kvm host) throws IOException {
    List<Capability> all = check(host, "auto").capabilities();
    assertThat(all)
        .extracting(Capability::name)
        .containsExactly(
            "qemu",
            "seccomp",
            "isolation",
            "system_calls",
            "control_groups",
            "kvm",
            "vhost-vsock",
            "memory");
    assertThat(all).allSatisfy(one -> assertThat(one.why()).isNotBlank());
    assertThat(all.get(0).usable()).isTrue();
    assertThat(all.get(1).usable()).isTrue();
    assertThat(all.get(7).usable()).isTrue();
  }

  @Test
  void aJailIsBelievedOnceQemuRanInOne() {
    var isolation =
        new Isolation(
            Isolation.Mode.AUTO, TestJail.LAUNCHER, 1_879_048_192L, 1 << 16, Groups.none());
    assertThat(isolated(isolation).jail().jail().fewCalls()).isTrue();
    assertThat(isolated(isolation).capabilities().subList(2, 4)).allMatch(Capability::usable);
  }

  @Test
  void theListOfSystemCallsCanBeSwitchedOff() {
    Isolation isolation =
        new Isolation(
            Isolation.Mode.REQUIRED,
            TestJail.LAUNCHER,
            1_879_048_192L,
            1 << 16,
            Groups.none(),
            Isolation.Mode.NONE);
    assertThat(isolated(isolation).jail().jail().fewCalls()).isFalse();
    assertThat(isolated(isolation).capabilities().get(3).why()).contains("switched off");
  }

  @Test
  void withoutJailThereIsNoListOfSystemCallsAndARequiredOneIsMissed() {
    Isolation isolation =
        new Isolation(
            Isolation.Mode.NONE,
            TestJail.LAUNCHER,
            1000,
            1,
            Groups.none(),
            Isolation.Mode.REQUIRED);
    assertThatThrownBy(isolated(isolation)::jail)
        .hasMessageContaining("system_calls = \"required\"")
        .hasMessageContaining("needs the jail");
  }

  @Test
  void withoutLauncherThereIsNoJailAndARequiredOneIsMissed() {
    Path none = temp.resolve("none");
    var wanted = new Isolation(Isolation.Mode.AUTO, none, 1000, 1, Groups.none());
    assertThat(isolated(wanted).jail().jail()).isNull();
    assertThat(isolated(wanted).capabilities().get(2).why()).contains(none + " is missing");
    HostCheck required =
        isolated(new Isolation(Isolation.Mode.REQUIRED, none, 1000, 1, Groups.none()));
    assertThatThrownBy(required::jail)
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE))
        .hasMessageContaining(none + " is missing");
  }

  private HostCheck isolated(Isolation isolation) {
    return new HostCheck(config(QEMU, "tcg", isolation), temp.resolve("answers"));
  }

  @Test
  void theProbeGuestGoesThroughEveryStageOnAWorkingProcessor() {
    try (Processes processes = new Processes()) {
      var outcome =
          new Trials(QEMU, "q35", null, processes).guest("tcg", "max", Duration.ofSeconds(20));
      assertThat(outcome.steps()).isEqualTo("RPTCMLI");
      assertThat(outcome.passed()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void autoFollowsTheAnswerOnKvm(Kvm host) throws IOException {
    HostCheck check = check(host, "auto");
    HypervisorInfo info = check.hypervisor();
    boolean kvm = check.capabilities().get(5).usable();
    assertThat(info.accelerator()).isEqualTo(kvm ? Accelerator.KVM : Accelerator.TCG);
    assertThat(info.acceleratorReason()).contains(check.capabilities().get(5).why());
    assertThat(info.version()).matches("\\d+\\.\\d+.*");
    assertThat(info.hostCpu()).isNotBlank();
  }

  @Test
  void kvmIsUsableOnceAGuestRanUnderIt() throws IOException {
    assertThat(check(Kvm.WORKING, "auto").hypervisor().accelerator()).isEqualTo(Accelerator.KVM);
    assertThat(check(Kvm.WORKING, "kvm").hypervisor().acceleratorReason())
        .isEqualTo("configured, and a guest ran to its end");
  }

  @Test
  void aDeviceThatDoesNotWorkIsNamedInQemusWords() throws IOException {
    assertThat(check(Kvm.BROKEN, "auto").hypervisor().acceleratorReason())
        .startsWith("no KVM, using TCG: this host's KVM refuses QEMU: ")
        .contains("failed to initialize kvm");
  }

  @Test
  void withoutTheDeviceNothingIsKeptSinceItMayComeLater() throws IOException {
    HostCheck check = check(Kvm.MISSING, "auto");
    HypervisorInfo info = check.hypervisor();
    assertThat(info.accelerator()).isEqualTo(Accelerator.TCG);
    assertThat(info.acceleratorReason()).contains(temp.resolve("device") + " is missing");
    assertThat(temp.resolve("kvm")).doesNotExist();
    assertThatThrownBy(() -> check(Kvm.MISSING, "kvm").hypervisor())
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE))
        .hasMessageContaining("is missing");

    assertThat(check(Kvm.WORKING, "auto").hypervisor().accelerator()).isEqualTo(Accelerator.KVM);
    assertThat(temp.resolve("kvm")).exists();
  }

  @ParameterizedTest
  @EnumSource(names = {"BROKEN", "WORKING"})
  void theKeptAnswerIsUsedAndAnUnreadableOneIsReplaced(Kvm host) throws IOException {
    HostCheck check = check(host, "auto");
    Files.writeString(temp.resolve("kvm"), "\\u00zz");
    check.hypervisor();
    String kept = Files.readString(temp.resolve("kvm"));
    assertThat(kept).contains("usable=" + (host == Kvm.WORKING));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("kvm"))))
        .isEqualTo("rw-------");
    boolean usable = kept.contains("usable=true");
    Files.writeString(
        temp.resolve("kvm"),
        kept.replace("usable=" + usable, "usable=" + !usable).replaceAll("why=.*", "why=kept"));
    assertThat(check.hypervisor().acceleratorReason()).contains("kept");
  }

  @ParameterizedTest
  @EnumSource(names = {"BROKEN", "WORKING"})
  void kvmThatIsInsistedOnButNotUsableIsRefusedWithTheReason(Kvm host) throws IOException {
    check(host, "auto").hypervisor();
    String kept = Files.readString(temp.resolve("kvm"));
    Files.writeString(
        temp.resolve("kvm"),
        kept.replace("usable=true", "usable=false").replaceAll("why=.*", "why=it stops"));
    assertThatThrownBy(() -> check(host, "kvm").hypervisor())
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE))
        .hasMessageContaining("it stops");
    assertThat(check(host, "tcg").hypervisor().accelerator()).isEqualTo(Accelerator.TCG);
  }

  @Test
  void aMissingQemuIsNamedWithThePackageThatHasIt() {
    assertThatThrownBy(() -> check(Path.of("/no/qemu")).hypervisor())
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("/no/qemu")
        .hasMessageContaining("qemu-system-x86");
    List<Capability> all = check(Path.of("/no/qemu")).capabilities();
    assertThat(all.get(0).usable()).isFalse();
  }

  @Test
  void aQemuThatIsTooOldIsRefused() throws IOException {
    Path old = script("old-qemu", "echo QEMU emulator version 5.2.0\n");
    assertThatThrownBy(() -> check(old).hypervisor())
        .hasMessageContaining("5.2.0 is too old")
        .hasMessageContaining("qemu-system-x86");
  }

  private HostCheck check(Kvm host, String accelerator) throws IOException {
    if (host == Kvm.THIS_HOST) {
      return new HostCheck(config(QEMU, accelerator), temp.resolve("kvm"));
    }
    Path device = temp.resolve("device");
    if (host == Kvm.MISSING) {
      Files.deleteIfExists(device);
    } else {
      Files.writeString(device, "");
    }
    Path qemu = script("qemu", host.instead + "exec " + QEMU + " \"$@\"\n");
    return new HostCheck(config(qemu, accelerator), temp.resolve("kvm"), device);
  }

  private HostCheck check(Path qemu) {
    return new HostCheck(config(qemu, "auto"), temp.resolve("kvm"));
  }

  private Path script(String name, String text) throws IOException {
    Path file = Files.writeString(temp.resolve(name), "#!/bin/sh\n" + text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private static QemuConfig config(Path qemu, String accelerator) {
    return config(qemu, accelerator, Isolation.none());
  }

  static QemuConfig config(Path qemu, String accelerator, Isolation isolation) {
    Path none = Path.of("/none");
    var size = new QemuConfig.Size(1, 256);
    var machine = new QemuConfig.Machine("q35", "", "");
    return new QemuConfig(
        qemu,
        none,
        none,
        size,
        size,
        0,
        machine,
        accelerator,
        List.of(),
        new QemuConfig.Devices(0, 0, 0, 0, 0),
        isolation,
        QemuConfig.DriveLimits.NONE);
  }
}
