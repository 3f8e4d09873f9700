package io.vmfactory.template;

/**
 * What a template's memory is.
 *
 * @param bytes length of the file, the guest's RAM at boot
 * @param dataBytes pages that are not all zeros, in bytes
 * @param sha256 digest as {@link PageWalk} defines it, 64 hex digits
 */
record MemoryContent(long bytes, long dataBytes, String sha256) {}
