package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.HostProgram.Result;
import io.vmfactory.images.ImageException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Creates ext4 file systems in files with mke2fs and debugfs, without mounts and without root
 * privileges.
 *
 * <p>The file systems have no journal: a container writes to an overlay that is discarded with its
 * VM, so no journal would ever be replayed. Every setting that mke2fs would take from the host
 * (features, times, random identifiers) is fixed, so that the same content gives the same file
 * system for the same guest kernel.
 */
final class Ext4 {
  /** Part of the key of an image. Increase it with every change to the file systems made here. */
  static final String FORMAT = "ext4/1";

  private static final String FEATURES =
      "none,extent,dir_index,filetype,sparse_super,large_file,huge_file,flex_bg,dir_nlink,"
          + "extra_isize,ext_attr,64bit,metadata_csum";
  private static final String UUID = "6d0c5a5f-9f2b-4e86-a7a5-8c1a6b1f0e34";
  private static final int BYTES_PER_INODE = 16384;
  private static final int RESERVED_INODES = 16;
  private static final int KIB = 1024;

  private final HostProgram mke2fs;
  private final HostProgram debugfs;
  private final long bytes;

  /**
   * @param path the directories with programs, in the form of PATH
   * @param bytes the size of the file systems
   */
  Ext4(String path, long bytes) {
    this.mke2fs = new HostProgram("mke2fs", path);
    this.debugfs = new HostProgram("debugfs", path);
    this.bytes = bytes;
  }

  long bytes() {
    return bytes;
  }

  /**
   * Creates an empty file system.
   *
   * @param entries the number of files that it must have room for
   */
  void make(Path image, long entries, Deadline deadline) {
    mke2fs(image, entries, List.of(), deadline);
  }

  /**
   * Creates a file system with everything in {@code tree}, except the mode and owner of the
   * directory itself.
   */
  void make(Path image, Path tree, long entries, Deadline deadline) {
    mke2fs(image, entries, List.of("-d", tree.toString()), deadline);
  }

  private void mke2fs(Path image, long entries, List<String> content, Deadline deadline) {
    long inodes = Math.max(bytes / BYTES_PER_INODE, entries + RESERVED_INODES);
    List<String> arguments =
        new ArrayList<>(List.of("-q", "-F", "-t", "ext4", "-O", FEATURES, "-m", "0"));
    arguments.addAll(List.of("-b", "4096", "-I", "256", "-N", Long.toString(inodes), "-U", UUID));
    // The file is new, so neither mke2fs nor the guest must write zeroes into its holes.
    arguments.addAll(List.of("-E", "assume_storage_prezeroed=1,hash_seed=" + UUID));
    arguments.addAll(content);
    arguments.addAll(List.of(image.toString(), bytes / KIB + "k"));
    Result result = mke2fs.run(arguments, folder(image), deadline);
    if (result.exit() != 0) {
      throw failure("mke2fs", result.errors());
    }
  }

  /**
   * Runs debugfs with a script. Fails if any command fails.
   *
   * @param script a file of commands in ISO 8859-1, that is, plain bytes
   */
  void change(Path image, Path script, Deadline deadline) {
    Result result =
        debugfs.run(
            List.of("-w", "-f", script.toString(), image.toString()), folder(image), deadline);
    List<String> complaints = complaints(result);
    if (!complaints.isEmpty()) {
      throw failure("debugfs", String.join("\n", complaints));
    }
  }

  /** Returns the errors that debugfs printed. It continues after errors and exits with 0. */
  private static List<String> complaints(Result result) {
    return result.errors().lines().filter(line -> !line.matches("debugfs [0-9.]+ .*")).toList();
  }

  /** Returns the content of a regular file in {@code image}; empty if there is no such file. */
  Optional<String> read(Path image, String path, Deadline deadline) {
    Result result =
        debugfs.run(List.of("-R", "cat " + path, image.toString()), folder(image), deadline);
    return complaints(result).isEmpty() ? Optional.of(result.output()) : Optional.empty();
  }

  private static Path folder(Path image) {
    return Objects.requireNonNull(image.getParent());
  }

  private ImageException failure(String program, String errors) {
    if (errors.contains("No space left on device")) {
      return new ImageException(
          Reason.DISK_FULL,
          "the disk with the images (runtime.image_dir) is full; free some space or move the"
              + " directory");
    }
    if (errors.contains("Could not allocate")) {
      return new ImageException(
          Reason.TOO_LARGE,
          "does not fit into a file system of %d MiB; increase runtime.rootfs_size"
              .formatted(bytes >> 20));
    }
    return new ImageException(Reason.FAILED, program + " failed: " + errors.strip());
  }

  /** Writes a script for {@link #change}. */
  static void write(Path script, Iterable<String> commands) throws IOException {
    Files.write(script, commands, StandardCharsets.ISO_8859_1);
  }
}
