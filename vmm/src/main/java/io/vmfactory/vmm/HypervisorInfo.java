package io.vmfactory.vmm;

import java.nio.file.Path;

/**
 * What was found on this host.
 *
 * @param program the VMM's executable
 * @param version its version as it says itself, e.g. {@code 7.2.22}; distribution suffix included,
 *     since device state is only sure to load into the very same build
 * @param accelerator what executes guest code
 * @param acceleratorReason why that one, for people
 * @param hostCpu the host CPU's model name from /proc/cpuinfo
 */
public record HypervisorInfo(
    Path program,
    String version,
    Accelerator accelerator,
    String acceleratorReason,
    String hostCpu) {}
