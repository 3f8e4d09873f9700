package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.images.ImageException.Reason;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Objects;

/**
 * Writes debugfs commands that create a tree in an empty file system. Owners, modes, devices and
 * attributes are written directly into the image, so no root privileges are needed.
 */
final class TreeScript implements AutoCloseable {
  /** debugfs reads lines of at most BUFSIZ bytes. */
  private static final int MOST_LINE = 8000;

  /** The number of names of any length that fit into one directory block. */
  private static final int LINKS_PER_BLOCK = 15;

  private static final long LATEST = 0xFFFF_FFFFL;

  private final BufferedWriter out;
  private final Path folder;
  private final IdentityHashMap<Node, String> named = new IdentityHashMap<>();
  private int values;

  private TreeScript(Path script) throws IOException {
    this.out = Files.newBufferedWriter(script, ISO_8859_1);
    this.folder = Objects.requireNonNull(script.getParent());
  }

  /**
   * Writes the commands for {@code root} to {@code script}. Large values go to files next to it.
   */
  static void write(Node root, Path script) throws IOException {
    try (TreeScript tree = new TreeScript(script)) {
      tree.line("rmdir lost+found");
      tree.metadata("<2>", root, 040000);
      tree.directory(root, "/");
    }
  }

  private void directory(Node directory, String path) throws IOException {
    line("cd " + quoted(path));
    expand(directory);
    for (var child : directory.children().entrySet()) {
      make(child.getKey(), child.getValue(), path);
    }
    for (var child : directory.children().entrySet()) {
      if (child.getValue().isDirectory()) {
        directory(child.getValue(), path + child.getKey() + "/");
      }
    }
    // Set the time last, because every new file in a directory changes it.
    modified(path.equals("/") ? "<2>" : quoted(path), directory);
  }

  /** Enlarges a directory for hard links, which debugfs does not do by itself. */
  private void expand(Node directory) throws IOException {
    long links = directory.children().values().stream().filter(node -> node.names() > 1).count();
    for (long i = 0; i < links; i += LINKS_PER_BLOCK) {
      line("expand_dir .");
    }
  }

  private void make(String name, Node node, String parent) throws IOException {
    String first = named.putIfAbsent(node, parent + name);
    if (first != null) {
      line("ln " + quoted(first) + " " + quoted(name));
      return;
    }
    String device = node.device().major() + " " + node.device().minor();
    int type =
        switch (node.type()) {
          case DIRECTORY -> made(040000, "mkdir " + quoted(name));
          case FILE -> made(0100000, "write " + content(node) + " " + quoted(name));
          case LINK -> made(0120000, "symlink " + quoted(name) + " " + quoted(node.target()));
          case CHARACTER -> made(020000, "mknod " + quoted(name) + " c " + device);
          case BLOCK -> made(060000, "mknod " + quoted(name) + " b " + device);
          case PIPE -> made(010000, "mknod " + quoted(name) + " p");
          case HARD_LINK -> throw new IllegalStateException("a hard link is a name, not a file");
        };
    // debugfs would take a name like <12> for an inode number.
    String file = quoted("./" + name);
    metadata(file, node, type);
    if (!node.isDirectory()) {
      modified(file, node);
    }
    if (node.names() > 1) {
      line("sif " + file + " links_count " + node.names());
    }
  }

  /**
   * Returns the path of the content, relative to the working directory of debugfs, so that it needs
   * no quotes.
   */
  private String content(Node node) {
    return folder.relativize(Objects.requireNonNull(node.content())).toString();
  }

  private int made(int type, String command) throws IOException {
    line(command);
    return type;
  }

  private void metadata(String file, Node node, int type) throws IOException {
    Metadata metadata = node.metadata();
    int mode = node.type() == TarEntry.Type.LINK ? 0777 : metadata.mode();
    line("sif %s mode 0%o".formatted(file, type | mode));
    line("sif %s uid %d".formatted(file, id(metadata.user())));
    line("sif %s gid %d".formatted(file, id(metadata.group())));
    for (var attribute : metadata.attributes().entrySet()) {
      Path value = folder.resolve("value" + values++);
      Files.writeString(value, attribute.getValue(), ISO_8859_1);
      line("ea_set -f %s %s %s".formatted(value.getFileName(), file, quoted(attribute.getKey())));
    }
  }

  private static long id(long id) {
    if (id < 0 || id > 0xFFFF_FFFFL) {
      throw new ImageException(Reason.INVALID, "has a file with the invalid owner " + id);
    }
    return id;
  }

  private void modified(String file, Node node) throws IOException {
    long time = Math.max(0, Math.min(LATEST, node.metadata().modified()));
    line("sif %s mtime @%d".formatted(file, time));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\"", "\"\"") + '"';
  }

  private void line(String line) throws IOException {
    if (line.length() > MOST_LINE || line.indexOf('\n') >= 0 || line.indexOf('\0') >= 0) {
      throw new ImageException(
          Reason.INVALID,
          "has a name that cannot be stored: "
              + line.replaceAll("\\p{Cntrl}", "?").substring(0, 80));
    }
    out.write(line);
    out.write('\n');
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
