package io.vmfactory.vmm;

/**
 * A VM that an earlier daemon started and that may still run.
 *
 * @param identity its process
 * @param spec its devices and sizes
 * @param folder holds its sockets and logs
 */
public record Survivor(VmIdentity identity, VmSpec spec, VmFolder folder) {}
