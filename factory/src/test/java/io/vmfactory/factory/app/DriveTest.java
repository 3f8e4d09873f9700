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
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
    GrantedDrive drive = attach(DriveMode.WRITABLE, TestPeers.root());
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
    refused(Reason.INVALID, () -> attach("relative", DriveMode.OVERLAY, TestPeers.root()))
        .hasMessageStartingWith("path: must be an absolute path");
    refused(Reason.INVALID, () -> attach("/nul\0", DriveMode.OVERLAY, TestPeers.root()));
    refused(Reason.INVALID, () -> attach("/no/such/file", DriveMode.OVERLAY, TestPeers.root()))
        .hasMessageContaining("/no/such/file");
  }

  @Test
  void withoutALeaseThereIsNoDrive() {
    factory.cases.vms().release(Peer.daemon(), granted.lease().id());
    refused(Reason.NOT_FOUND, () -> attach(DriveMode.OVERLAY, TestPeers.root()));
    refused(Reason.NOT_FOUND, () -> detach("rw0"));
  }

  @Test
  void aClientHasOnlyFilesThatItCouldOpenItself() throws IOException {
    granted = factory.cases.vms().get(TestPeers.nobody(), TestFactory.any(), TestFactory.soon());
    Peer nobody = TestPeers.nobody();
    refused(Reason.FORBIDDEN, () -> attach(DriveMode.READ_ONLY, nobody))
        .hasMessageContaining("uid 65534 may not enter");
    Files.setPosixFilePermissions(image.getParent(), PosixFilePermissions.fromString("rwx--x--x"));
    mode("rw-r--r--");
    refused(Reason.FORBIDDEN, () -> attach(DriveMode.WRITABLE, nobody))
        .hasMessageContaining("uid 65534 may not open it for writing");
    detach(attach(DriveMode.READ_ONLY, nobody).place().id());
    detach(attach(DriveMode.OVERLAY, nobody).place().id());
    mode("rw-r-----");
    refused(Reason.FORBIDDEN, () -> attach(DriveMode.READ_ONLY, nobody));
    Path link = Files.createSymbolicLink(image.resolveSibling("link"), image);
    refused(Reason.FORBIDDEN, () -> attach(link.toString(), DriveMode.READ_ONLY, nobody));
    mode("rw-rw-rw-");
    attach(DriveMode.WRITABLE, nobody);
  }

  @Test
  void aLeaseThatEndsMeanwhileIsReportedToTheClient() {
    Script.Gate gate = factory.hypervisor.script().hangAt(Step.ATTACH);
    CompletableFuture<GrantedDrive> attaching =
        CompletableFuture.supplyAsync(() -> attach(DriveMode.OVERLAY, TestPeers.root()));
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
    assertThatThrownBy(() -> attach(DriveMode.WRITABLE, TestPeers.root()))
        .isInstanceOf(VmmException.class)
        .hasMessage("in use");
    assertThat(factory.observed.lines).contains("ATTACH_DRIVE failed: in use");
  }

  @Test
  void theNextDaemonSweepsOverlaysAndKnowsTheDrives() throws IOException {
    GrantedDrive drive = attach(DriveMode.WRITABLE, TestPeers.root());
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
    factory.cases.attachments().detachDrive(Peer.daemon(), granted.lease().id(), drive, soon());
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
