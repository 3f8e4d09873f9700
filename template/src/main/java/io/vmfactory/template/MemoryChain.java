package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.MemoryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of a snapshot's memory: those of its parent, and its own difference. The parent's files
 * are linked into the snapshot's folder, so they stay as long as a snapshot needs them, also if the
 * parent is removed, and nothing counts them but the file system.
 */
final class MemoryChain {
  /** Most files of one memory. */
  static final int MOST_FILES = 8;

  private MemoryChain() {}

  /**
   * What a memory can be stored as a difference to.
   *
   * @param files of the parent, the whole memory first
   * @param contents their sizes and digests
   * @param memory what they make together
   */
  private record Below(List<Path> files, List<MemoryContent> contents, MemoryFile memory) {}

  /**
   * A stored memory.
   *
   * @param whole its size and digest
   * @param files its files, the whole memory of another template first, then differences; empty if
   *     the only file is the whole memory
   */
  record Stored(MemoryContent whole, List<MemoryContent> files) {}

  /**
   * Writes memory as the difference to that of {@code parent}, or as a whole if that is not much
   * larger, or the parent's files cannot be had.
   *
   * @param parent null = there is none
   * @param store has the parent
   */
  static Stored write(
      MemoryFile memory,
      @Nullable LoadedTemplate parent,
      TemplateStore store,
      TemplateWriter writer,
      Deadline deadline)
      throws IOException {
    Optional<Below> below =
        parent == null || parent.memory().size() != memory.size()
            ? Optional.empty()
            : below(parent, store, writer.files());
    if (below.isPresent()) {
      TemplateWriter.Difference written = writer.difference(memory, below.get().memory(), deadline);
      if (written.own().dataBytes() < written.whole().dataBytes() / 2) {
        List<MemoryContent> files = new ArrayList<>(below.get().contents());
        files.add(written.own());
        return new Stored(written.whole(), files);
      }
      writer.forgetMemory(below.get().files().size());
    }
    return new Stored(writer.memory(memory, deadline), List.of());
  }

  /** Links the parent's files into the folder of {@code files}. */
  private static Optional<Below> below(
      LoadedTemplate parent, TemplateStore store, TemplateFiles files) throws IOException {
    List<Path> links = new ArrayList<>();
    try {
      Manifest manifest = store.manifest(parent.key());
      List<MemoryContent> contents = manifest.memoryFiles();
      if (contents.size() >= MOST_FILES) {
        return Optional.empty();
      }
      TemplateFiles theirs = store.files(parent.key());
      for (int i = 0; i < contents.size(); i++) {
        links.add(Files.createLink(files.base(i), theirs.memoryFile(i, contents.size())));
      }
      // A template that was built again meanwhile has other files.
      if (store.manifest(parent.key()).digest().equals(parent.digest())) {
        return Optional.of(new Below(links, contents, parent.memory()));
      }
    } catch (IOException | TemplateException | UnsupportedOperationException e) {
      // Too many links, or the parent is gone: the memory is stored as a whole.
    }
    for (Path link : links) {
      Files.delete(link);
    }
    return Optional.empty();
  }
}
