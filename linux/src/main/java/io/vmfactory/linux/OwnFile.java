package io.vmfactory.linux;

import io.vmfactory.configs.host.Ownership;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Function;

/**
 * An open file that only this process's user or root can have written. A pipe, a device or a link
 * in its place is refused before anything is read, so it can neither block nor fill memory. What is
 * read is what was looked at, even if another file gets the name meanwhile.
 */
public final class OwnFile implements AutoCloseable {
  private final Path path;
  private final Descriptor file;
  private final FileChannel channel;
  private final long size;

  private OwnFile(Path path, Descriptor file, FileChannel channel, long size) {
    this.path = path;
    this.file = file;
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens {@code path} for reading.
   *
   * @throws IOException if the file is missing, is a link or no regular file, belongs to another
   *     user, or its group or others may write it; the message names the remedy
   */
  public static OwnFile open(Path path) throws IOException {
    return open(path, found -> found.objection(path));
  }

  /**
   * The same for a file that comes with this program, such as the guest's kernel. Follows links,
   * and looks at the folders above; see {@link Ownership#requireInstalled}.
   */
  public static OwnFile installed(Path path) throws IOException {
    return open(Ownership.requireInstalled(path), found -> found.objectionToType(path));
  }

  private static OwnFile open(Path path, Function<OpenedFile, Optional<String>> objection)
      throws IOException {
    Descriptor file = new Descriptor(LibC.openFile(path));
    try {
      OpenedFile found = OpenedFile.of(file.number());
      Optional<String> why = objection.apply(found);
      if (why.isPresent()) {
        throw new IOException(why.get());
      }
      return new OwnFile(path, file, channel(file), found.size());
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static FileChannel channel(Descriptor file) throws IOException {
    return FileChannel.open(name(file), StandardOpenOption.READ);
  }

  private static Path name(Descriptor file) {
    return Path.of("/proc/self/fd/" + file.number());
  }

  /**
   * Returns the content of the file at {@code path}. An interruption of the thread does not disturb
   * it.
   *
   * @param mostBytes longest content that is accepted, in bytes
   * @throws IOException as {@link #open}, and if the file is longer
   */
  public static byte[] read(Path path, int mostBytes) throws IOException {
    try (OwnFile file = open(path)) {
      file.requireAtMost(mostBytes);
      byte[] content = file.start(mostBytes + 1);
      if (content.length > mostBytes) {
        throw file.tooLarge(mostBytes);
      }
      return content;
    }
  }

  private byte[] start(int bytes) throws IOException {
    try (InputStream in = Files.newInputStream(name(file))) { // unlike the channel's
      return in.readNBytes(bytes);
    }
  }

  /** Throws if the file was longer than {@code mostBytes} when it was opened. */
  public void requireAtMost(long mostBytes) throws IOException {
    if (size > mostBytes) {
      throw tooLarge(mostBytes);
    }
  }

  private IOException tooLarge(long mostBytes) {
    return new IOException("%s is too large: at most %d bytes".formatted(path, mostBytes));
  }

  /**
   * Opens the file once more, for reading only, to pass it to another process. The caller closes
   * it.
   */
  public Descriptor reader() {
    return file.reader();
  }

  /** Returns the length in bytes when the file was opened. */
  public long size() {
    return size;
  }

  /** Returns the content from the current position on. Interrupting the thread closes it. */
  public InputStream stream() {
    return Channels.newInputStream(channel);
  }

  /**
   * Reads at {@code offset}; returns the number of bytes, or -1 at the end. Interrupting the thread
   * closes the file.
   */
  public int read(ByteBuffer into, long offset) throws IOException {
    return channel.read(into, offset);
  }

  /** Returns the start of the first data at or after {@code offset}; -1 when only holes follow. */
  public long nextData(long offset) throws IOException {
    return Extents.seek(path, file.number(), offset, LibC.SEEK_DATA);
  }

  /**
   * Returns the start of the first hole at or after {@code offset}. The end of the file is a hole.
   */
  public long nextHole(long offset) throws IOException {
    return Extents.seek(path, file.number(), offset, LibC.SEEK_HOLE);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      file.close();
    }
  }
}
