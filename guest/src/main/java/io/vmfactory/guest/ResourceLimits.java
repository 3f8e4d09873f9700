package io.vmfactory.guest;

import org.jspecify.annotations.Nullable;

/**
 * Limits of a container to be changed; null = as it is. Values as the OCI runtime specification has
 * them (config-linux.md, "Control groups").
 *
 * @param memoryBytes most memory; -1 = no limit
 * @param cpuQuotaMicros CPU time per period; -1 = no limit
 * @param cpuPeriodMicros that period
 * @param cpuShares weight, 2..262144
 * @param pids most processes; -1 = no limit
 */
public record ResourceLimits(
    @Nullable Long memoryBytes,
    @Nullable Long cpuQuotaMicros,
    @Nullable Long cpuPeriodMicros,
    @Nullable Long cpuShares,
    @Nullable Long pids) {}
