package io.vmfactory.factory.request;

import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.time.Instant;

/**
 * A customer's right to a running VM.
 *
 * @param id its name, a secret
 * @param vmId the VM
 * @param uid the user that it belongs to
 * @param owner free text from the request
 * @param ttl duration of a renewal
 * @param expiresAt when the VM is killed unless renewed
 */
public record Lease(
    LeaseId id, VmId vmId, long uid, String owner, Duration ttl, Instant expiresAt) {}
