/**
 * Writes and reads ext4 file systems in files, without mounts, root privileges or programs of the
 * host. The format is that of Linux's Documentation/filesystems/ext4; numbers are little-endian.
 */
@NullMarked
package io.vmfactory.images.ext4;

import org.jspecify.annotations.NullMarked;
