package io.vmfactory.client.machine;

/**
 * A drive that is attached to a VM.
 *
 * @param id the id for detaching it
 * @param guestDevice the source of an agent storage with driver blk
 */
public record AttachedDrive(String id, String guestDevice) {}
