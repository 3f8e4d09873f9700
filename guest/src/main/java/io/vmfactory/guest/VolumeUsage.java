package io.vmfactory.guest;

/**
 * The usage of a file system.
 *
 * @param totalBytes its size in bytes
 * @param usedBytes bytes in use
 * @param availableBytes bytes free for ordinary users
 * @param totalInodes its number of inodes
 * @param usedInodes inodes in use
 */
public record VolumeUsage(
    long totalBytes, long usedBytes, long availableBytes, long totalInodes, long usedInodes) {}
