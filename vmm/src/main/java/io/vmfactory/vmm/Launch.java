package io.vmfactory.vmm;

/**
 * One VM to be started.
 *
 * @param id its name
 * @param spec what it is
 * @param folder where its sockets and logs go
 * @param ram what backs its memory
 */
public record Launch(VmId id, VmSpec spec, VmFolder folder, GuestRam ram) {}
