package io.vmfactory.guest.oci;

import org.jspecify.annotations.Nullable;

/**
 * New limits of a container; null = unchanged. Values as in the OCI runtime specification
 * (config-linux.md, "Control groups").
 *
 * @param memoryBytes most memory in bytes; -1 = no limit
 * @param cpuQuotaMicros CPU time per period in microseconds; -1 = no limit
 * @param cpuPeriodMicros the period in microseconds
 * @param cpuShares weight, 2..262144
 * @param pids most processes; -1 = no limit
 */
public record ResourceLimits(
    @Nullable Long memoryBytes,
    @Nullable Long cpuQuotaMicros,
    @Nullable Long cpuPeriodMicros,
    @Nullable Long cpuShares,
    @Nullable Long pids) {}
