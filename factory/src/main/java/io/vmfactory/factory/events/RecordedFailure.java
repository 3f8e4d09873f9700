package io.vmfactory.factory.events;

import java.time.Instant;

/**
 * A failure that was recorded.
 *
 * @param at when it happened
 * @param what the operation that failed
 * @param cause why, in words for people
 */
public record RecordedFailure(Instant at, String what, String cause) {}
