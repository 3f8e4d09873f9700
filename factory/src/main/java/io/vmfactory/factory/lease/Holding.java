package io.vmfactory.factory.lease;

import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.vm.HostedVm;
import java.util.concurrent.Future;

/**
 * A leased VM.
 *
 * @param vm the VM, in the journal as LEASED
 * @param lease the customer's right
 * @param place closed when the VM is gone
 * @param expiry ends the lease when it is due
 */
public record Holding(HostedVm vm, Lease lease, Admission.Place place, Future<?> expiry) {}
