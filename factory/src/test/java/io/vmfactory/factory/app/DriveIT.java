package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.any;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests drives in clones: QEMU (TCG), our own guest, and file systems that it mounts. */
@Tag("qemu")
@Timeout(300)
final class DriveIT {
  private static final int SMALL = 8 << 20;
  private static final byte[] CONTENT = new byte[200_000];

  private RealFactory factory;
  private Path image;

  @BeforeEach
  void build(@TempDir Path root, @TempDir Path elsewhere) throws Exception {
    factory = new RealFactory(root);
    factory.buildTemplate();
    image = ext4(elsewhere.resolve("image"));
  }

  /** Fails if a VM, a folder or a process is left. */
  @AfterEach
  void end() throws IOException {
    factory.close();
  }

  private static Path ext4(Path file) throws Exception {
    List<String> command =
        List.of("mke2fs", "-q", "-t", "ext4", "-N", "64", file.toString(), SMALL / 1024 + "k");
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    return file;
  }

  @Test
  void clonesShareAnImageAndSeeOnlyTheirOwnWrites() throws Exception {
    byte[] before = Files.readAllBytes(image);
    GrantedVm one = factory.get(any());
    GrantedVm other = factory.get(any());
    try (GuestAgent first = factory.agent(one);
        GuestAgent second = factory.agent(other)) {
      for (GrantedVm vm : List.of(one, other)) {
        attach(vm, image, DriveMode.READ_ONLY);
      }
      mount(first, attach(one, image, DriveMode.OVERLAY), "rw");
      mount(second, attach(other, image, DriveMode.OVERLAY), "rw");
      long empty = used(second);
      write(first);
      assertThat(used(first)).isEqualTo(empty + 1);
      assertThat(used(second)).isEqualTo(empty);
      write(second);
      assertThat(used(second)).isEqualTo(empty + 1);
      first.sandbox().destroy(soon());
      second.sandbox().destroy(soon());
    }
    assertThat(image).hasBinaryContent(before);
    factory.release(one);
    factory.release(other);
  }

  @Test
  void whatIsWrittenToAWritableFileStaysAndTheNextDriveInTheSlotIsSeenAsItIs() throws Exception {
    GrantedVm vm = factory.get(any());
    Path fresh = ext4(image.resolveSibling("fresh"));
    try (GuestAgent agent = factory.agent(vm)) {
      GrantedDrive drive = attach(vm, image, DriveMode.WRITABLE);
      mount(agent, drive, "rw");
      final long empty = used(agent);
      write(agent);
      agent.sandbox().destroy(soon());
      detach(vm, drive);
      GrantedDrive next = attach(vm, fresh, DriveMode.WRITABLE);
      assertThat(next.place()).isEqualTo(drive.place());
      mount(agent, next, "rw");
      assertThat(used(agent)).isEqualTo(empty);
      agent.sandbox().destroy(soon());
      detach(vm, next);
      mount(agent, attach(vm, image, DriveMode.READ_ONLY), "ro");
      assertThat(used(agent)).isEqualTo(empty + 1);
      agent.sandbox().destroy(soon());
    }
    factory.release(vm);
  }

  @Test
  void aReadOnlyDriveCannotBeMountedForWriting() {
    GrantedVm vm = factory.get(any());
    try (GuestAgent agent = factory.agent(vm)) {
      GrantedDrive drive = attach(vm, image, DriveMode.READ_ONLY);
      assertThatThrownBy(() -> mount(agent, drive, "rw")).isInstanceOf(GuestException.class);
      mount(agent, drive, "ro");
      agent.sandbox().destroy(soon());
    }
    factory.release(vm);
  }

  @Test
  void beyondTheSlotsADeviceIsFoundUsedAndTakenAwayAgain() throws Exception {
    GrantedVm vm = factory.get(any());
    List<GrantedDrive> drives = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      drives.add(attach(vm, image, DriveMode.OVERLAY));
    }
    assertThatThrownBy(() -> attach(vm, image, DriveMode.OVERLAY))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.RESOURCES));
    GrantedDrive last = drives.get(5);
    assertThat(last.place().hotPlugged()).isTrue();
    try (GuestAgent agent = factory.agent(vm)) {
      mount(agent, last, "rw");
      write(agent);
      agent.sandbox().destroy(soon());
      detach(vm, last);
      assertThat(attach(vm, image, DriveMode.OVERLAY).place()).isEqualTo(last.place());
      mount(agent, last, "rw");
      agent.sandbox().destroy(soon());
    }
    factory.release(vm);
  }

  private GrantedDrive attach(GrantedVm vm, Path file, DriveMode mode) {
    DriveRequest request = new DriveRequest(vm.lease().id(), file.toString(), mode, Peer.daemon());
    return factory.cases().attachments().attachDrive(request, soon());
  }

  private void detach(GrantedVm vm, GrantedDrive drive) {
    DriveId id = new DriveId(drive.place().id());
    factory.cases().attachments().detachDrive(Peer.daemon(), vm.lease().id(), id, soon());
  }

  private static void mount(GuestAgent agent, GrantedDrive drive, String option) {
    GuestStorage storage =
        new GuestStorage(
            "blk", List.of(), drive.place().guestDevice(), "ext4", List.of(option), "/run/m");
    agent.sandbox().create(new SandboxRequest("s", "", List.of(), List.of(storage), false), soon());
  }

  private static void write(GuestAgent agent) {
    agent.sandbox().copyFile(new GuestFile("/run/m/f", 0644, 0755, 0, 0, CONTENT), soon());
  }

  private static long used(GuestAgent agent) {
    return agent.sandbox().volume("/run/m", soon()).usedInodes();
  }
}
