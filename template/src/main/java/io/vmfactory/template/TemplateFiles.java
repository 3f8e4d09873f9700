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

  Path state() {
    return directory.resolve("state");
  }
}
