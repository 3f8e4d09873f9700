package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ProcessEntry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Gives a sandbox a VM and sets the guest up; a failure leaves no VM. */
final class SandboxStart {
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  private final OwnedSandboxes estate;
  private final SandboxRecord before;

  SandboxStart(OwnedSandboxes estate, SandboxRecord before) {
    this.estate = estate;
    this.before = before;
  }

  /**
   * Does it.
   *
   * @param user takes over the connection to the guest
   * @return what is on disk of the sandbox now
   */
  SandboxRecord run(Consumer<Link> user, Deadline deadline) {
    ProcessEntry self = Records.self();
    // Before the VM is there, so that one that is booted is found if this process is killed.
    estate.store().write(before.starting(self));
    try {
      Machine machine =
          estate.machines().take(Records.wish(before), new VmId(before.directVm()), deadline);
      return with(machine, self, user, deadline);
    } catch (RuntimeException e) {
      estate.store().write(before);
      throw e;
    }
  }

  private SandboxRecord with(
      Machine machine, ProcessEntry self, Consumer<Link> user, Deadline deadline) {
    Laps laps = new Laps();
    try {
      Link link = Link.open(before.id(), machine, deadline);
      try {
        laps.lap("agent");
        link.agent().sandbox().create(request(), deadline);
        laps.lap("sandbox");
        SandboxRecord started =
            before.started(self, Records.entry(machine.facts(), all(machine, laps)));
        estate.store().write(started);
        estate.keep(before.id(), machine);
        user.accept(link);
        return started;
      } catch (RuntimeException e) {
        link.close();
        throw e;
      }
    } catch (RuntimeException e) {
      end(machine, e);
      throw e instanceof GuestException guest ? Translate.of(guest) : e;
    }
  }

  private SandboxRequest request() {
    return new SandboxRequest(
        before.id(), "", before.wish().dns(), List.of(), before.wish().sharedPids());
  }

  private static List<Lap> all(Machine machine, Laps laps) {
    return Stream.concat(machine.facts().steps().stream(), laps.all().stream()).toList();
  }

  /** Also when the thread was interrupted: the VM must not stay. */
  private static void end(Machine machine, RuntimeException failure) {
    try {
      Uninterrupted.run(() -> machine.end(Deadline.after(UNDO_LIMIT)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
