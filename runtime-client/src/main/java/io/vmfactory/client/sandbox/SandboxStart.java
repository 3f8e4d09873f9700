package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxRecord.ProcessEntry;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.TemplateContent;
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

/** Takes a VM for a sandbox and sets up the guest. A failure leaves no VM. */
final class SandboxStart {
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  private final RuntimeResources resources;
  private final SandboxRecord before;
  private List<ClonedContainer> containers = List.of();

  SandboxStart(RuntimeResources resources, SandboxRecord before) {
    this.resources = resources;
    this.before = before;
  }

  /**
   * Starts the sandbox.
   *
   * @param user receives the connection to the guest
   * @return the new record of the sandbox
   */
  SandboxRecord run(Consumer<GuestConnection> user, Deadline deadline) {
    ProcessEntry self = RecordConversion.self();
    // Written before the VM exists, so that a booted VM is found if this process is killed.
    resources.store().write(before.starting(self));
    try {
      Machine machine =
          resources
              .machines()
              .take(RecordConversion.request(before), new VmId(before.directVm()), deadline);
      return with(machine, self, user, deadline);
    } catch (RuntimeException e) {
      resources.store().write(before);
      throw e;
    }
  }

  /** Returns the containers that a clone has begun with, if its template names them; else none. */
  List<ClonedContainer> containers() {
    return containers;
  }

  private SandboxRecord with(
      Machine machine, ProcessEntry self, Consumer<GuestConnection> user, Deadline deadline) {
    Laps laps = new Laps();
    try {
      GuestConnection link = GuestConnection.open(before.id(), machine, deadline);
      try {
        laps.lap("agent");
        SandboxRecord started =
            before.wish().cloned()
                ? cloned(machine, self, laps)
                : created(link, machine, self, laps, deadline);
        resources.store().write(started);
        resources.keep(before.id(), machine);
        user.accept(link);
        return started;
      } catch (RuntimeException e) {
        link.close();
        throw e;
      }
    } catch (RuntimeException e) {
      end(machine, e);
      throw e instanceof GuestException guest ? SandboxFailures.of(guest) : e;
    }
  }

  private SandboxRecord created(
      GuestConnection link, Machine machine, ProcessEntry self, Laps laps, Deadline deadline) {
    link.agent().sandbox().create(request(), deadline);
    laps.lap("sandbox");
    return before.started(self, RecordConversion.entry(machine.facts(), all(machine, laps)));
  }

  /** Adopts the sandbox that the template has. */
  private SandboxRecord cloned(Machine machine, ProcessEntry self, Laps laps) {
    TemplateContent content =
        machine
            .template()
            .flatMap(template -> TemplateContent.of(template.getDescription().toByteArray()))
            .orElseThrow(
                () ->
                    new SandboxException(
                        Reason.UNSUPPORTED,
                        "template %s has no sandbox: it was not built from a recipe, or by another"
                                .formatted(before.wish().template())
                            + " version; vmfactory get --template gives a VM of it"));
    VmEntry vm = RecordConversion.entry(machine.facts(), all(machine, laps));
    containers = ClonedContainer.of(content);
    return before.started(self, vm, content);
  }

  private SandboxRequest request() {
    return new SandboxRequest(
        before.id(), "", before.wish().dns(), List.of(), before.wish().sharedPids());
  }

  private static List<Lap> all(Machine machine, Laps laps) {
    return Stream.concat(machine.facts().steps().stream(), laps.all().stream()).toList();
  }

  /** Ends the VM, even if the thread was interrupted. */
  private static void end(Machine machine, RuntimeException failure) {
    try {
      Uninterrupted.run(() -> machine.end(Deadline.after(UNDO_LIMIT)));
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }
}
