package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("qemu")
class HostCheckIT {
  private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir Path temp;

  @Test
  void everyCapabilityIsAnsweredWithAReason() {
    List<Capability> all = check(null, "auto").capabilities();
    assertThat(all)
        .extracting(Capability::name)
        .containsExactly("qemu", "seccomp", "kvm", "vhost-vsock", "memory");
    assertThat(all).allSatisfy(one -> assertThat(one.why()).isNotBlank());
    assertThat(all.get(0).usable()).isTrue();
    assertThat(all.get(1).usable()).isTrue();
    assertThat(all.get(4).usable()).isTrue();
  }

  @Test
  void theProbeGuestGoesThroughEveryStageOnAWorkingProcessor() {
    try (Processes processes = new Processes()) {
      var outcome = new Trials(QEMU, processes).guest("q35", "tcg", "max", Duration.ofSeconds(20));
      assertThat(outcome.steps()).isEqualTo("RPTCMLI");
      assertThat(outcome.passed()).isTrue();
    }
  }

  @Test
  void autoFollowsTheAnswerOnKvm() {
    HostCheck check = check(null, "auto");
    HypervisorInfo info = check.hypervisor();
    boolean kvm = check.capabilities().get(2).usable();
    assertThat(info.accelerator()).isEqualTo(kvm ? Accelerator.KVM : Accelerator.TCG);
    assertThat(info.acceleratorReason()).contains(check.capabilities().get(2).why());
    assertThat(info.version()).matches("\\d+\\.\\d+.*");
    assertThat(info.hostCpu()).isNotBlank();
  }

  @Test
  void theKeptAnswerIsUsedAndAnUnreadableOneIsReplaced() throws IOException {
    HostCheck check = check(null, "auto");
    Files.writeString(temp.resolve("kvm"), "\\u00zz");
    check.hypervisor();
    String kept = Files.readString(temp.resolve("kvm"));
    assertThat(kept).contains("usable=");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("kvm"))))
        .isEqualTo("rw-------");
    boolean usable = kept.contains("usable=true");
    Files.writeString(
        temp.resolve("kvm"),
        kept.replace("usable=" + usable, "usable=" + !usable).replaceAll("why=.*", "why=kept"));
    assertThat(check.hypervisor().acceleratorReason()).contains("kept");
  }

  @Test
  void kvmThatIsInsistedOnButNotUsableIsRefusedWithTheReason() throws IOException {
    check(null, "auto").hypervisor();
    String kept = Files.readString(temp.resolve("kvm"));
    Files.writeString(
        temp.resolve("kvm"),
        kept.replace("usable=true", "usable=false").replaceAll("why=.*", "why=it stops"));
    assertThatThrownBy(() -> check(null, "kvm").hypervisor())
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNUSABLE))
        .hasMessageContaining("it stops");
    assertThat(check(null, "tcg").hypervisor().accelerator()).isEqualTo(Accelerator.TCG);
  }

  @Test
  void aMissingQemuIsNamedWithThePackageThatHasIt() {
    assertThatThrownBy(() -> check(Path.of("/no/qemu"), "auto").hypervisor())
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("/no/qemu")
        .hasMessageContaining("qemu-system-x86");
    List<Capability> all = check(Path.of("/no/qemu"), "auto").capabilities();
    assertThat(all.get(0).usable()).isFalse();
  }

  @Test
  void aQemuThatIsTooOldIsRefused() throws IOException {
    Path old = temp.resolve("old-qemu");
    Files.writeString(old, "#!/bin/sh\necho QEMU emulator version 5.2.0\n");
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwx------"));
    assertThatThrownBy(() -> check(old, "auto").hypervisor())
        .hasMessageContaining("5.2.0 is too old")
        .hasMessageContaining("qemu-system-x86");
  }

  private HostCheck check(@Nullable Path path, String accelerator) {
    Path none = Path.of("/none");
    var size = new QemuConfig.Size(1, 256);
    var machine = new QemuConfig.Machine("q35", "", "");
    return new HostCheck(
        new QemuConfig(
            path,
            none,
            none,
            size,
            size,
            0,
            machine,
            accelerator,
            List.of(),
            new QemuConfig.Devices(0, 0, 0, 0, 0)),
        temp.resolve("kvm"));
  }
}
