package io.vmfactory.vmm;

/**
 * A VM that an earlier daemon started and that may still be there.
 *
 * @param identity which process it was
 * @param spec what it is
 * @param folder where its sockets and logs are
 */
public record Survivor(VmIdentity identity, VmSpec spec, VmFolder folder) {}
