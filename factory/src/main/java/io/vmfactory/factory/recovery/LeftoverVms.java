package io.vmfactory.factory.recovery;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmIdentity;

/**
 * A VM that an earlier daemon left alive.
 *
 * @param folder its folder
 * @param record what the journal says of it
 * @param process which process it is
 */
record LeftoverVms(VmFolder folder, VmRecord record, VmIdentity process) {
  String id() {
    return process.id().value();
  }
}
