package io.vmfactory.factory.request;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request for clones of a leased VM.
 *
 * @param source lease of the VM
 * @param count number of clones
 * @param leaseTtl time to live of each lease; null means the default
 * @param owner free text, at most 128 characters
 */
public record ForkRequest(LeaseId source, int count, @Nullable Duration leaseTtl, String owner) {}
