package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a failed creation leaves nothing of a container. */
final class ContainerUndoTest {
  @TempDir Path dir;

  private final FakeVms vms = new FakeVms();
  private SandboxStore store;
  private SandboxRuntime runtime;
  private Sandbox sandbox;
  private ContainerSpec spec;

  @BeforeEach
  void start() throws IOException {
    store = new SandboxStore(dir.resolve("sandboxes"));
    runtime = LocalRuntime.over(store, vms, () -> {});
    sandbox = runtime.create(SandboxSpec.defaults().withId("s"), soon());
    sandbox.start(soon());
    DiskImage image = DiskImage.overlay(Files.createFile(dir.resolve("image")));
    spec = ContainerSpec.of(OciSpec.standard(), image).withId("c").withVolume(image, "/v");
  }

  @AfterEach
  void close() {
    runtime.close();
    assertThat(store.ids()).isEmpty();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private void nothingIsLeft() {
    assertThat(vms.drives).isEmpty();
    assertThat(store.read("s").orElseThrow().containers()).isEmpty();
  }

  @Test
  void oneThatIsMadeKeepsItsDrivesAndIsRecorded() {
    sandbox.createContainer(spec, soon());

    assertThat(vms.drives).hasSize(2);
    assertThat(store.read("s").orElseThrow().containers().get(0).drives()).hasSize(2);
  }

  @Test
  void aGuestThatRefusesIsAskedNoMore() {
    vms.containers.on(
        "create",
        none -> {
          throw new GuestException(GuestException.NOT_FOUND, "no program", null);
        });

    assertThatThrownBy(() -> sandbox.createContainer(spec, soon()))
        .isInstanceOfSatisfying(
            SandboxException.class,
            e -> assertThat(e.reason()).isEqualTo(Reason.COMMAND_NOT_FOUND));

    nothingIsLeft();
    assertThat(vms.containers.calls).doesNotContain("remove");
  }

  @Test
  void aDriveThatDoesNotComeIsNoCommand() {
    vms.containers.on(
        "create",
        none -> {
          throw new GuestException(GuestException.DEADLINE_EXCEEDED, "no drive", null);
        });

    assertThatThrownBy(() -> sandbox.createContainer(spec, soon()))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FAILED));

    nothingIsLeft();
  }

  @Test
  void oneThatAGuestMayMakeYetIsRemovedBeforeItsDrives() {
    vms.containers
        .on(
            "create",
            none -> {
              throw Deadline.after(Duration.ZERO).exceeded("an answer");
            })
        .on(
            "remove",
            none -> {
              assertThat(vms.drives).hasSize(2);
              return null;
            });

    assertThatThrownBy(() -> sandbox.createContainer(spec, soon()))
        .isInstanceOf(DeadlineExceededException.class)
        .hasNoSuppressedExceptions();

    nothingIsLeft();
    assertThat(vms.containers.calls).containsExactly("create", "remove");
  }

  @Test
  void anInterruptedThreadUndoesAllTheSame() {
    vms.containers.on(
        "create",
        none -> {
          Thread.currentThread().interrupt();
          throw new CancelledException("interrupted", null);
        });
    vms.machine.on(
        "detach",
        arguments -> {
          soon().check("detaching"); // like a call to the daemon
          return vms.drives.remove(arguments[0]);
        });

    assertThatThrownBy(() -> sandbox.createContainer(spec, soon()))
        .isInstanceOf(CancelledException.class)
        .hasNoSuppressedExceptions();

    assertThat(Thread.interrupted()).isTrue();
    nothingIsLeft();
  }

  @Test
  void aDriveThatCannotBeHadGivesBackTheOnesBefore() {
    vms.machine.on(
        "attach",
        none -> {
          if (vms.drives.add("first")) {
            return new io.vmfactory.client.machine.AttachedDrive("first", "/dev/vda");
          }
          throw new VmmException(VmmException.Reason.BUSY, "locked", null);
        });

    assertThatThrownBy(() -> sandbox.createContainer(spec, soon()))
        .isInstanceOfSatisfying(
            SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IN_USE));

    nothingIsLeft();
    assertThat(vms.containers.calls).isEmpty();
  }

  @Test
  void aSandboxIsDeletedByAnInterruptedThreadToo() {
    Thread.currentThread().interrupt();
    sandbox.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(vms.machine.calls).contains("end");
    assertThat(store.ids()).isEmpty();
  }

  @Test
  void aBrokenConnectionIsClosedWhenTheNextIsThere() {
    vms.containers.on("list", none -> List.of());
    sandbox.containers(soon());
    vms.gone.complete("broken");
    sandbox.containers(soon());

    assertThat(vms.agent.calls).contains("close");
  }
}
