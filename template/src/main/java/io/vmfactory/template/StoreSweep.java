package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.PathLock;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what dead processes left in the store. A living process locks what it works on. */
final class StoreSweep {
  private static final Logger LOG = LoggerFactory.getLogger(StoreSweep.class);

  private StoreSweep() {}

  static void run(Path store) throws IOException {
    String leftovers = "{" + BuildWorkspace.PREFIX + "," + TemplateStore.DELETED_PREFIX + "}*";
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(store, leftovers)) {
      for (Path entry : entries) {
        sweep(entry);
      }
    }
  }

  /** What cannot be removed stays, and hinders no other template. */
  private static void sweep(Path leftover) {
    try {
      Optional<PathLock> lock = PathLock.tryDirectory(leftover);
      if (lock.isPresent()) {
        try (PathLock held = lock.get()) {
          Trees.delete(leftover);
          LOG.info("removed what an interrupted build or removal left: {}", leftover);
        }
      }
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}; remove it by hand", leftover, ErrorText.of(e));
    }
  }
}
