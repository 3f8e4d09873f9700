package io.vmfactory.factory.recovery;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmIdentity;

/**
 * A living VM of an earlier daemon.
 *
 * @param folder its folder
 * @param record its record in the journal
 * @param process its process
 */
record LeftoverVm(VmFolder folder, VmRecord record, VmIdentity process) {
  String id() {
    return process.id().value();
  }
}
