package io.vmfactory.guest;

/**
 * How full a file system is.
 *
 * @param totalBytes its size
 * @param usedBytes in use
 * @param availableBytes left for ordinary users
 * @param totalInodes its number of inodes
 * @param usedInodes in use
 */
public record VolumeUsage(
    long totalBytes, long usedBytes, long availableBytes, long totalInodes, long usedInodes) {}
