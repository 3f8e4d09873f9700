package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Creates the image of a directory. */
final class TreeImage {
  private static final String LOST_AND_FOUND = "lost+found";

  private final Ext4 ext4;
  private final Path root;
  private final DirectoryTree tree;
  private final Deadline deadline;

  TreeImage(Ext4 ext4, Path root, DirectoryTree tree, Deadline deadline) {
    this.ext4 = ext4;
    this.root = root;
    this.tree = tree;
    this.deadline = deadline;
  }

  /**
   * Creates the image in {@code folder}.
   *
   * @throws ImageException if the directory has changed since {@code tree} was read
   */
  Path make(Path folder) throws IOException {
    // mke2fs gets a symbolic link, because the locale may not be able to encode the directory's
    // name.
    Path link = Files.createSymbolicLink(folder.resolve("tree"), root);
    Path image = folder.resolve("image");
    ext4.make(image, link, tree.size(), deadline);
    Path script = folder.resolve("script");
    Ext4.write(script, rootCommands());
    ext4.change(image, script, deadline);
    if (!DirectoryTree.of(root, deadline).stamp().equals(tree.stamp())) {
      throw new ImageException(
          Reason.CHANGED,
          root + ": changed while it was read; try again when no process writes to it");
    }
    return image;
  }

  /**
   * Returns the commands that set the attributes of the root directory, which mke2fs does not copy.
   */
  private List<String> rootCommands() {
    FileStatus status = tree.root();
    List<String> commands =
        new ArrayList<>(
            List.of(
                "sif <2> mode 0%o".formatted(status.mode()),
                "sif <2> uid %d".formatted(Integer.toUnsignedLong(status.user())),
                "sif <2> gid %d".formatted(Integer.toUnsignedLong(status.group()))));
    if (!tree.holds(LOST_AND_FOUND)) {
      commands.add("rmdir " + LOST_AND_FOUND);
    }
    return commands;
  }
}
