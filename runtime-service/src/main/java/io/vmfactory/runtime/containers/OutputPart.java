package io.vmfactory.runtime.containers;

/**
 * A part of what a container has written.
 *
 * @param position the position of its first byte in the output
 * @param bytes empty if there are no more yet
 */
public record OutputPart(long position, byte[] bytes) {}
