package io.vmfactory.factory.app;

import io.vmfactory.factory.app.journal.VmRecord;
import io.vmfactory.factory.vm.Nursery.Newborn;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.time.Instant;

/**
 * A VM that a route made and nobody has yet: PAUSED, or RUNNING with its agent's port open.
 *
 * @param vm to be killed by whoever holds this and does not pass it on
 * @param folder its sockets and logs
 * @param record what the journal says of it
 * @param route how it was made
 */
record MadeVm(Vm vm, VmFolder folder, VmRecord record, Route route) {
  /** A VM that was started just now. */
  static MadeVm of(Route route, Newborn<Vm> born) {
    return new MadeVm(born.vm(), born.folder(), born.record(), route);
  }

  VmId id() {
    return vm.identity().id();
  }

  /** Hex; empty = made without a template. */
  String templateKey() {
    return record.templateKey();
  }

  /** What it has so far. */
  Sizing boot() {
    return new Sizing(record.vcpus(), record.memoryMib());
  }

  /** As a client sees it, with what it was given since. */
  VmView view(Sizing sizing, String hostname) {
    Instant madeAt = Instant.parse(record.madeAt());
    return new VmView(
        vm.identity(), vm.phase(), folder, sizing, templateKey(), hostname, route, madeAt, null);
  }
}
