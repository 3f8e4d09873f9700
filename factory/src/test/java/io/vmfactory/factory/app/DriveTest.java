package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrantedDrive;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DriveTest {
  private TestFactory factory;
  private Path image;
  private GrantedVm granted;

  @BeforeEach
  void start(@TempDir Path root, @TempDir Path elsewhere) throws IOException {
    image = Files.write(elsewhere.resolve("image"), new byte[4096]);
    factory = new TestFactory(root);
    factory.template(1, 256);
    granted = factory.get(any());
  }

  @AfterEach
  void stop() {
    factory.close();
  }

  @Test
  void aLeasedVmIsGivenADriveAndItIsTakenAway() {
    GrantedDrive drive = attach(DriveMode.WRITABLE, us(true));
    assertThat(drive.path()).isEqualTo(image.toString());
    assertThat(drive.place().mode()).isEqualTo(DriveMode.WRITABLE);
    assertThat(drive.hops()).extracting(Lap::name).containsExactly("attach");
    assertThat(factory.observed.lines).contains("attached WRITABLE to a slot");
    detach(drive.place().id());
    refused(Reason.NOT_FOUND, () -> detach(drive.place().id()))
        .hasMessageContaining(drive.place().id());
  }

  @Test
  void whatCannotBeADriveIsTheClientsMistake() {
    refused(Reason.INVALID, () -> attach("relative", DriveMode.OVERLAY, us(true)))
        .hasMessageStartingWith("path: must be an absolute path");
    refused(Reason.INVALID, () -> attach("/nul\0", DriveMode.OVERLAY, us(true)));
    refused(Reason.INVALID, () -> attach("/no/such/file", DriveMode.OVERLAY, us(true)))
        .hasMessageContaining("/no/such/file");
  }

  @Test
  void withoutALeaseThereIsNoDrive() {
    factory.cases.vms().release(granted.lease().id());
    refused(Reason.NOT_FOUND, () -> attach(DriveMode.OVERLAY, us(true)));
    refused(Reason.NOT_FOUND, () -> detach("rw0"));
  }

  @Test
  void anotherUserMayHaveOnlyWhatIsHisOrForAllToRead() throws IOException {
    Peer stranger = new Peer(user("nobody"), false);
    mode("rw-r--r--");
    for (DriveMode written : new DriveMode[] {DriveMode.OVERLAY, DriveMode.WRITABLE}) {
      refused(Reason.FORBIDDEN, () -> attach(written, stranger))
          .hasMessageContaining("user nobody may not attach it " + written);
      detach(attach(written, us(false)).place().id());
    }
    detach(attach(DriveMode.READ_ONLY, stranger).place().id());
    mode("rw-r-----");
    refused(Reason.FORBIDDEN, () -> attach(DriveMode.READ_ONLY, stranger));
    attach(DriveMode.READ_ONLY, us(false));
    attach(DriveMode.OVERLAY, new Peer(stranger.user(), true));
  }

  @Test
  void aLinkIsJudgedByWhereItLeads() throws IOException {
    mode("rw-------");
    Path link = Files.createSymbolicLink(image.resolveSibling("link"), image);
    refused(
        Reason.FORBIDDEN,
        () -> attach(link.toString(), DriveMode.READ_ONLY, new Peer(user("nobody"), false)));
  }

  @Test
  void aLeaseThatEndsMeanwhileIsReportedToTheClient() {
    Script.Gate gate = factory.hypervisor.script().hangAt(Step.ATTACH);
    CompletableFuture<GrantedDrive> attaching =
        CompletableFuture.supplyAsync(() -> attach(DriveMode.OVERLAY, us(true)));
    soon().await(gate.reached(), "the gate");
    factory
        .hypervisor
        .script()
        .failAt(Step.ATTACH, new VmmException(VmmException.Reason.DIED, "QEMU ended"));
    factory.pass(TestFactory.TTL);
    gate.open();
    assertThatThrownBy(attaching::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
    factory.assertNothingLeft();
  }

  @Test
  void whatTheVmmSaysStaysAsItIsWhileTheLeaseLasts() {
    factory
        .hypervisor
        .script()
        .failAt(Step.ATTACH, new VmmException(VmmException.Reason.BUSY, "in use"));
    assertThatThrownBy(() -> attach(DriveMode.WRITABLE, us(true)))
        .isInstanceOf(VmmException.class)
        .hasMessage("in use");
    assertThat(factory.observed.lines).contains("ATTACH_DRIVE failed: in use");
  }

  @Test
  void theNextDaemonSweepsOverlaysAndKnowsTheDrives() throws IOException {
    GrantedDrive drive = attach(DriveMode.WRITABLE, us(true));
    Path overlays = factory.config.daemon().stateDir().resolve("overlays");
    assertThat(overlays).isEmptyDirectory();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(overlays)))
        .isEqualTo("rwx------");
    Files.createFile(overlays.resolve("left.qcow2"));
    factory = factory.successor(Duration.ZERO);
    assertThat(overlays).isEmptyDirectory();
    detach(drive.place().id());
  }

  private GrantedDrive attach(DriveMode mode, Peer peer) {
    return attach(image.toString(), mode, peer);
  }

  private GrantedDrive attach(String path, DriveMode mode, Peer peer) {
    DriveRequest request = new DriveRequest(granted.lease().id(), path, mode, peer);
    return factory.cases.attachments().attachDrive(request, soon());
  }

  private void detach(String id) {
    DriveId drive = new DriveId(id);
    factory.cases.attachments().detachDrive(granted.lease().id(), drive, soon());
  }

  private Peer us(boolean trusted) {
    try {
      return new Peer(Files.getOwner(image), trusted);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private UserPrincipal user(String name) throws IOException {
    return image.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
  }

  private void mode(String permissions) throws IOException {
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString(permissions));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(
      Reason reason, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
