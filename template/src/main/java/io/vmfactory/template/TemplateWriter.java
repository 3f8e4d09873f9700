package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.MemoryFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/** Writes the files of a template with mode 0400. Each is on disk when its method returns. */
final class TemplateWriter {
  private final TemplateFiles files;
  private final ManifestCodec codec;
  private final long freeBytes;
  private final long mostBytes;
  private long writtenBytes;

  TemplateWriter(TemplateFiles files, ManifestCodec codec) throws IOException {
    this(files, codec, Long.MAX_VALUE);
  }

  /**
   * Makes a writer.
   *
   * @param mostBytes most bytes of data in all files together
   */
  TemplateWriter(TemplateFiles files, ManifestCodec codec, long mostBytes) throws IOException {
    this.files = files;
    this.codec = codec;
    this.freeBytes = free(files.directory());
    this.mostBytes = mostBytes;
  }

  /** Writes guest memory; pages that are all zeros become holes. */
  MemoryContent memory(MemoryFile memory, Deadline deadline) throws IOException {
    return pages(files.memory(), PageSource.of(memory), deadline);
  }

  /**
   * Memory that was written as a difference.
   *
   * @param whole the memory
   * @param own the file
   */
  record Difference(MemoryContent whole, MemoryContent own) {}

  /** Writes guest memory as the difference to {@code base}. */
  Difference difference(MemoryFile memory, MemoryFile base, Deadline deadline) throws IOException {
    Path file = files.memory();
    MemoryContent whole;
    try (var out = new RandomAccessFile(file.toFile(), "rw");
        FileChannel channel = out.getChannel()) {
      out.setLength(MemoryDifference.bytes(memory.size()));
      whole =
          MemoryDifference.write(
              memory, base, (offset, run) -> write(channel, run, offset), deadline);
      finish(file, channel);
    } catch (IOException e) {
      throw full(e) ? diskFull(file, memory.size(), e) : e;
    }
    try (DiskPages written = DiskPages.open(file)) {
      return new Difference(whole, PageWalk.copy(written, (offset, run) -> {}, deadline));
    }
  }

  /**
   * Removes memory that was written as a difference, and the links to the files below it. Nothing
   * else has been written yet.
   */
  void forgetMemory(int links) throws IOException {
    for (int i = 0; i < links; i++) {
      Files.delete(files.base(i));
    }
    Files.delete(files.memory());
    writtenBytes = 0;
  }

  TemplateFiles files() {
    return files;
  }

  /**
   * Writes a file of a drive; pages that are all zeros become holes.
   *
   * @param drive from 0
   * @param index 0 for the image, then the layers over it
   */
  MemoryContent driveFile(int drive, int index, PageSource content, Deadline deadline)
      throws IOException {
    return pages(files.drive(drive, index), content, deadline);
  }

  private MemoryContent pages(Path file, PageSource pages, Deadline deadline) throws IOException {
    try (var out = new RandomAccessFile(file.toFile(), "rw");
        FileChannel channel = out.getChannel()) {
      out.setLength(pages.size());
      MemoryContent content =
          PageWalk.copy(pages, (offset, run) -> write(channel, run, offset), deadline);
      finish(file, channel);
      return content;
    } catch (IOException e) {
      throw full(e) ? diskFull(file, PageWalk.count(pages, deadline), e) : e;
    }
  }

  /** Writes the device state. */
  Manifest.StateContent state(byte[] state) throws IOException {
    small(files.state(), state);
    return Manifest.StateContent.of(state);
  }

  /** Writes the manifest; called last. */
  void manifest(Manifest manifest) throws IOException {
    small(files.manifest(), codec.encode(manifest));
  }

  private void small(Path file, byte[] content) throws IOException {
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(file, options)) {
      writeAll(channel, ByteBuffer.wrap(content), 0);
      finish(file, channel);
    } catch (IOException e) {
      throw full(e) ? diskFull(file, content.length, e) : e;
    }
  }

  private void write(FileChannel channel, ByteBuffer run, long offset) throws IOException {
    writtenBytes += run.remaining();
    if (writtenBytes > mostBytes) {
      throw new TemplateException(
          TemplateException.Reason.RESOURCES,
          "it takes more than the %d KiB of disk that its owner may have for it"
              .formatted(mostBytes / 1024));
    }
    writeAll(channel, run, offset);
  }

  private static void writeAll(FileChannel channel, ByteBuffer from, long offset)
      throws IOException {
    for (long at = offset; from.hasRemaining(); ) {
      at += channel.write(from, at);
    }
  }

  private static void finish(Path file, FileChannel channel) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    channel.force(true);
  }

  /**
   * Whether the disk is full. Looks at the kernel's message, or at the file system if the message
   * is not in English.
   */
  private boolean full(IOException e) throws IOException {
    String said = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return said.contains("no space left")
        || said.contains("quota exceeded")
        || free(files.directory()) < PageWalk.PAGE_BYTES;
  }

  private IOException diskFull(Path file, long needBytes, IOException e) {
    return new DiskFullException(
        "disk full: %s needs %d KiB and %d KiB were free; make room there"
            .formatted(file, needBytes / 1024, freeBytes / 1024),
        e);
  }

  private static long free(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }
}
