package io.vmfactory.guest;

import java.time.Instant;

/**
 * The names of a guest, with a sample of its random number generator and its clock.
 *
 * @param hostname its host name
 * @param machineId its machine-id(5)
 * @param bootId its boot id
 * @param random fresh bytes of its random number generator
 * @param clock its CLOCK_REALTIME when it answered
 */
public record GuestIdentity(
    String hostname, String machineId, String bootId, byte[] random, Instant clock) {}
