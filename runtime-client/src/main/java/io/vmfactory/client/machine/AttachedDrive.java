package io.vmfactory.client.machine;

/**
 * A drive that a VM has been given.
 *
 * @param id by which it is detached
 * @param guestDevice what the agent takes as source of a storage of driver blk
 */
public record AttachedDrive(String id, String guestDevice) {}
