package io.vmfactory.factory.app;

import io.vmfactory.factory.app.journal.VmRecord;
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
 * @param route how it was made
 * @param templateKey hex; empty = made without a template
 * @param boot what it has so far
 * @param madeAt when its making began
 * @param record what the journal says of it
 */
record MadeVm(
    Vm vm,
    VmFolder folder,
    Route route,
    String templateKey,
    Sizing boot,
    Instant madeAt,
    VmRecord record) {
  VmId id() {
    return vm.identity().id();
  }

  /** As a client sees it, with what it was given since. */
  VmView view(Sizing sizing, String hostname) {
    return new VmView(
        vm.identity(), vm.phase(), folder, sizing, templateKey, hostname, route, madeAt, null);
  }
}
