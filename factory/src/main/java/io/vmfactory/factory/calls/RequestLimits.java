package io.vmfactory.factory.calls;

/**
 * How many requests one user may have.
 *
 * @param atOnce calls and streams at the same time, 1 or more
 * @param perSecond calls and streams in a second; 0 = no limit
 */
public record RequestLimits(int atOnce, int perSecond) {}
