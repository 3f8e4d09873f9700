package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.machine.SuspendedMachines;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.state.SandboxRecord;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.PathLock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sandboxes whose VMs are on disk. The daemon has all that is known about them: a label with the id
 * and one for each annotation, and the record as description. So they need nothing of sandbox_dir,
 * which a reboot may empty.
 *
 * @param resources the runtime's
 */
record SuspendedSandboxes(RuntimeResources resources) {
  private static final String ID = "vmfactory.sandbox";
  private static final String ANNOTATION = "annotation:";

  /** For a daemon that does not answer while sandboxes are listed. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Returns what is kept with the VM of a sandbox. */
  static SuspendedMachines.Inside inside(SandboxRecord record) {
    Map<String, String> labels = new HashMap<>(Map.of(ID, record.id()));
    record.wish().annotations().forEach((name, value) -> labels.put(ANNOTATION + name, value));
    return new SuspendedMachines.Inside(labels, SandboxStore.toBytes(record));
  }

  /** Returns all; none if the daemon does not answer. */
  List<SandboxStatus> list(Deadline deadline) {
    return all(deadline).stream()
        .filter(vm -> vm.labels().containsKey(ID))
        .map(vm -> status(String.valueOf(vm.labels().get(ID)), vm))
        .toList();
  }

  private List<SuspendedMachine> all(Deadline deadline) {
    try {
      return resources.machines().suspended().list(deadline.min(PATIENCE));
    } catch (FactoryException e) {
      return List.of(); // the daemon is down: nothing can be resumed either
    }
  }

  /** Returns how a suspended sandbox is. */
  static SandboxStatus status(String id, SuspendedMachine vm) {
    Map<String, String> annotations = new HashMap<>();
    vm.labels()
        .forEach(
            (name, value) -> {
              if (name.startsWith(ANNOTATION)) {
                annotations.put(name.substring(ANNOTATION.length()), value);
              }
            });
    return new SandboxStatus(
        id,
        SandboxStatus.State.SUSPENDED,
        null,
        vm.hostname(),
        vm.since(),
        0,
        annotations,
        vm.leaseId());
  }

  /** Returns the VM of a suspended sandbox; empty if there is none. */
  Optional<SuspendedMachine> find(String id, Deadline deadline) {
    return all(deadline).stream().filter(vm -> id.equals(vm.labels().get(ID))).findFirst();
  }

  /** Returns the VM on disk of a sandbox that a service keeps; empty if there is none. */
  Optional<SuspendedMachine> find(SandboxRecord record, Deadline deadline) {
    return all(deadline).stream().filter(vm -> vm.leaseId().equals(record.leaseId())).findFirst();
  }

  /** Resumes a suspended sandbox. Returns false if there is none. */
  boolean resume(String id, @Nullable Duration ttl, Deadline deadline) {
    Optional<SandboxRecord> recorded = resources.store().read(id);
    if (recorded.map(SandboxRecord::vm).filter(vm -> !RecordConversion.lost(vm)).isPresent()) {
      return false;
    }
    Optional<SuspendedMachine> found = find(id, deadline);
    found.ifPresent(vm -> resume(id, vm, recorded, ttl, deadline));
    return found.isPresent();
  }

  private void resume(
      String id,
      SuspendedMachine vm,
      Optional<SandboxRecord> recorded,
      @Nullable Duration ttl,
      Deadline deadline) {
    if (recorded.isPresent()) {
      if (!vm.leaseId().equals(recorded.get().leaseId())) {
        throw inUse(id, "");
      }
      resources.store().remove(id); // its suspension was cut off at the last step
    }
    try {
      SuspendedMachines.Resumed resumed =
          resources.machines().suspended().resume(vm.leaseId(), ttl, deadline);
      adopt(id, resumed);
    } catch (FactoryException e) {
      throw SandboxFailures.ofSnapshot(e);
    }
  }

  private void adopt(String id, SuspendedMachines.Resumed resumed) {
    SandboxRecord was = SandboxStore.ofBytes(resumed.description(), "the description of its VM");
    SandboxRecord record =
        was.resumed(
            RecordConversion.self(),
            RecordConversion.entry(resumed.facts(), resumed.facts().steps()));
    if (!record.id().equals(id)) {
      throw new SandboxException(Reason.FAILED, "the VM is that of sandbox " + record.id());
    }
    if (!resources.store().create(record)) {
      throw inUse(id, "; its VM runs under lease " + resumed.facts().leaseId());
    }
  }

  private static SandboxException inUse(String id, String more) {
    return new SandboxException(
        Reason.ALREADY_EXISTS,
        "another sandbox has the id %s; remove it first%s".formatted(id, more));
  }

  /** Deletes a suspended sandbox, with its folder if a service keeps it. */
  void delete(String id, SuspendedMachine vm, Deadline deadline) {
    delete(vm, deadline);
    try (PathLock lock = resources.store().lock(id, deadline).orElse(null)) {
      Optional<SandboxRecord> kept = resources.store().read(id);
      if (lock != null && kept.filter(its -> its.leaseId().equals(vm.leaseId())).isPresent()) {
        resources.store().remove(id);
      }
    }
  }

  private void delete(SuspendedMachine vm, Deadline deadline) {
    try {
      resources.machines().suspended().delete(vm.leaseId(), deadline);
    } catch (FactoryException e) {
      if (e.code() != FactoryException.Code.NOT_FOUND) {
        throw e;
      }
    }
  }
}
