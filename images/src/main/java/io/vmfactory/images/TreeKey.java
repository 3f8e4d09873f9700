package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.FileReader;
import java.io.IOException;

/**
 * What identifies the content of a directory: its listing if change times prove that the content
 * belongs to it, else a digest of the content.
 *
 * @param kind which of the two
 */
record TreeKey(DirectoryTree tree, String kind, String digest) {
  /** Lists the directory {@code root}, and reads it if that is needed. */
  static TreeKey of(byte[] root, FileReader reader, ChangeTimes times, Deadline deadline)
      throws IOException {
    long fileSystem = reader.fileSystem(root);
    DirectoryTree tree = DirectoryTree.of(root, reader, deadline);
    if (!times.prove(fileSystem, tree.lastChange())
        && times.wouldProve(fileSystem, tree.lastChange())) {
      ChangeTimes.pass(deadline);
      tree = DirectoryTree.of(root, reader, deadline);
    }
    return times.prove(fileSystem, tree.lastChange())
        ? new TreeKey(tree, "listing", tree.stamp())
        : new TreeKey(tree, "content", TreeDigest.of(tree, reader, deadline));
  }
}
