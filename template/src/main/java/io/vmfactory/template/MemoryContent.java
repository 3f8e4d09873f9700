package io.vmfactory.template;

/**
 * The size and digest of a template's memory, or of a file of one of its drives.
 *
 * @param bytes length of the file in bytes; of memory: the guest's RAM at boot
 * @param dataBytes bytes in pages that are not all zeros
 * @param sha256 digest as {@link PageWalk} defines it, 64 hex digits
 */
record MemoryContent(long bytes, long dataBytes, String sha256) {}
