package io.vmfactory.bench.report;

/**
 * The machine and the versions that a report describes.
 *
 * @param cpus logical CPUs
 * @param memoryMib memory of the host
 * @param guest what the template was made from, in words: kernel, initrd, memory, CPUs
 * @param revision revision of the source, by git, with {@code +changes} if there were uncommitted
 *     changes; or empty
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
