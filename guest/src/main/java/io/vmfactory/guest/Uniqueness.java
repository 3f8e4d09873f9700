package io.vmfactory.guest;

import io.vmfactory.configs.time.WallClock;

/**
 * What makes a clone a guest of its own.
 *
 * @param entropy 512 bytes of the host's random number generator, used once
 * @param clock the host's clock, read at the moment of sending
 * @param hostname RFC 1123 label, 1..63 characters
 * @param machineId 32 lower-case hex digits, machine-id(5)
 * @param bootId UUID for /proc/sys/kernel/random/boot_id
 */
public record Uniqueness(
    byte[] entropy, WallClock clock, String hostname, String machineId, String bootId) {}
