package io.vmfactory.factory.events;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A failure that was recorded.
 *
 * @param at when it happened
 * @param owner the user whose VM it was; null = no client's
 * @param vmId the VM; empty = it was about none
 * @param what the operation that failed
 * @param cause why, in words for people
 */
public record RecordedFailure(
    Instant at, @Nullable Long owner, String vmId, String what, String cause) {}
