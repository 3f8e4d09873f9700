package io.vmfactory.factory.request;

import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.time.Instant;

/**
 * A customer's right to a running VM.
 *
 * @param id 32 hex digits, random: who knows it may renew and release
 * @param vmId the VM
 * @param owner free text from the request
 * @param ttl how long a renewal lasts
 * @param expiresAt when the VM is killed unless renewed
 */
public record Lease(String id, VmId vmId, String owner, Duration ttl, Instant expiresAt) {}
