package io.vmfactory.bench.report;

/**
 * The machine and the versions that a report is true of.
 *
 * @param cpus logical CPUs
 * @param memoryMib of the host
 * @param guest what the template was made of: kernel, initrd, memory, CPUs, in words
 * @param revision of the source, by git, with {@code +changes} when there were some; or empty
 * @param daemon version of the daemon that was measured
 */
public record HostFacts(
    int cpus,
    String cpu,
    long memoryMib,
    String kernel,
    String qemu,
    String accelerator,
    String guest,
    String java,
    String revision,
    String daemon) {}
