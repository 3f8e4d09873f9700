package io.vmfactory.factory.lease;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.vm.VmMemory;
import io.vmfactory.vmm.Vm;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A leased VM.
 *
 * @param vm the VM
 * @param view as its customer saw it
 * @param lease the customer's right
 * @param record what the journal says of it
 * @param place closed when the VM is gone
 * @param expiry ends the lease when it is due
 */
public record Holding(
    Vm vm, VmView view, Lease lease, VmRecord record, Admission.Place place, Future<?> expiry) {

  /** As it is now. */
  public VmView now(@Nullable VmMemory memory) {
    return new VmView(
        view.identity(),
        vm.phase(),
        view.folder(),
        view.sizing(),
        view.templateKey(),
        view.hostname(),
        view.route(),
        view.createdAt(),
        memory);
  }
}
