package io.vmfactory.factory.request;

import io.vmfactory.template.SuspendedVm;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.time.Instant;

/**
 * A customer's right to a VM that runs or is suspended.
 *
 * @param id its name, a secret
 * @param vmId the VM
 * @param uid the user that it belongs to
 * @param owner free text from the request
 * @param ttl duration of a renewal
 * @param expiresAt when the VM is killed or deleted unless renewed
 */
public record Lease(
    LeaseId id, VmId vmId, long uid, String owner, Duration ttl, Instant expiresAt) {

  /** Returns the lease of a suspended VM. */
  public static Lease of(SuspendedVm vm) {
    return new Lease(
        new LeaseId(vm.lease()),
        new VmId(vm.former().vmId()),
        vm.uid(),
        vm.owner(),
        vm.terms().suspended(),
        vm.terms().expiry());
  }
}
