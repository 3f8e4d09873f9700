package io.vmfactory.template;

import java.nio.file.Path;

/**
 * The files in a template's directory.
 *
 * @param directory {@code templates/<key>}, or the folder in which it is being built
 */
record TemplateFiles(Path directory) {
  Path manifest() {
    return directory.resolve("manifest.json");
  }

  Path memory() {
    return directory.resolve("memory");
  }

  /** Returns a file of the parent's memory, from 0; see {@link MemoryChain}. */
  Path base(int index) {
    return directory.resolve("base-" + index);
  }

  /**
   * Returns a file of the memory.
   *
   * @param count how many there are
   */
  Path memoryFile(int index, int count) {
    return index == count - 1 ? memory() : base(index);
  }

  Path state() {
    return directory.resolve("state");
  }

  /**
   * Returns a file of a drive.
   *
   * @param drive from 0, in the order of the manifest
   * @param file 0 for the image, then the layers over it
   */
  Path drive(int drive, int file) {
    return directory.resolve("drive-%d-%d".formatted(drive, file));
  }
}
