package io.vmfactory.vmm;

/**
 * A VM to start.
 *
 * @param id its id
 * @param spec its devices and sizes
 * @param folder holds its sockets and logs
 * @param ram what backs its memory
 */
public record Launch(VmId id, VmSpec spec, VmFolder folder, GuestRam ram) {}
