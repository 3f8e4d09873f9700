package io.vmfactory.template;

/**
 * The size and digest of a template's memory.
 *
 * @param bytes length of the file in bytes: the guest's RAM at boot
 * @param dataBytes bytes in pages that are not all zeros
 * @param sha256 digest as {@link PageWalk} defines it, 64 hex digits
 */
record MemoryContent(long bytes, long dataBytes, String sha256) {}
