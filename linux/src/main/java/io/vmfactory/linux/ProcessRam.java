package io.vmfactory.linux;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OsException.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The RAM of a VM in another process, reached from outside: a private mapping of a memory file. The
 * process has a copy of its own of each page that it has written; the other pages are the file's.
 * See proc(5): maps, pagemap, mem. For use by one thread.
 */
public final class ProcessRam implements AutoCloseable {
  private static final int PAGE_BYTES = 4096;
  private static final int CHUNK_BYTES = 1 << 20;

  /** Pages whose entries are read at once. */
  private static final int PAGES_AT_ONCE = 1 << 16;

  private static final long PRESENT = 1L << 63;
  private static final long SWAPPED = 1L << 62;

  /** The page belongs to a file or to shared memory, so it is no copy. */
  private static final long OF_FILE = 1L << 61;

  /** Start, end, offset in the file and inode of a private mapping of a memory file. */
  private static final Pattern PRIVATE =
      Pattern.compile(
          "(\\p{XDigit}+)-(\\p{XDigit}+) \\S{3}p (\\p{XDigit}+) \\S+ (\\d+) +/memfd:.*");

  private final int pid;
  private final Descriptor file;
  private final long bytes;
  private final List<Mapping> mappings;
  private final FileChannel pagemap;
  private final FileChannel memory;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

  /** The entries of some pages. */
  private final ByteBuffer entries =
      ByteBuffer.allocateDirect(PAGES_AT_ONCE * Long.BYTES).order(ByteOrder.nativeOrder());

  /**
   * A part of the file that is mapped.
   *
   * @param start address in the process
   * @param offset in the file
   */
  private record Mapping(long start, long end, long offset, long inode) {
    static Optional<Mapping> of(String line) {
      Matcher found = PRIVATE.matcher(line);
      return found.matches()
          ? Optional.of(
              new Mapping(
                  hex(found.group(1)),
                  hex(found.group(2)),
                  hex(found.group(3)),
                  Long.parseLong(found.group(4))))
          : Optional.empty();
    }

    private static long hex(String digits) {
      return Long.parseUnsignedLong(digits, 16);
    }

    long bytes() {
      return end - start;
    }

    boolean isInside(long size) {
      return offset >= 0 && offset <= size - bytes();
    }
  }

  private ProcessRam(int pid, Descriptor file, long bytes, List<Mapping> mappings)
      throws IOException {
    this.pid = pid;
    this.file = file;
    this.bytes = bytes;
    this.mappings = mappings;
    this.pagemap = FileChannel.open(Path.of("/proc/" + pid + "/pagemap"));
    try {
      this.memory =
          FileChannel.open(
              Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException | RuntimeException e) {
      pagemap.close();
      throw e;
    }
  }

  /**
   * Opens the RAM of a VM.
   *
   * @param descriptor number of the memory file in the process
   * @param bytes size of the RAM
   * @throws OsException of kind {@code INVALID} when the process has not mapped that file privately
   *     with that size, {@code GONE} when it is gone, {@code REFUSED} when the kernel does not let
   *     this process look into it
   */
  public static ProcessRam open(HostProcess process, int descriptor, long bytes) {
    Descriptor file = process.open(descriptor);
    try {
      List<Mapping> mappings = mappings(process.pid(), file);
      boolean inside = mappings.stream().allMatch(one -> one.isInside(bytes));
      if (!inside || mappings.stream().mapToLong(Mapping::bytes).sum() != bytes) {
        throw new OsException(
            Kind.INVALID,
            "process %d has no RAM of %d bytes over a memory file".formatted(process.pid(), bytes));
      }
      ProcessRam ram = new ProcessRam(process.pid(), file, bytes, mappings);
      process.requireAlive();
      return ram;
    } catch (IOException e) {
      file.close();
      throw refused(process.pid(), e);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static List<Mapping> mappings(int pid, Descriptor file) throws IOException {
    long inode = ((Number) Files.getAttribute(file.path(), "unix:ino")).longValue();
    Path maps = Path.of("/proc/" + pid + "/maps");
    return Files.readAllLines(maps, StandardCharsets.ISO_8859_1).stream()
        .flatMap(line -> Mapping.of(line).stream())
        .filter(mapping -> mapping.inode() == inode)
        .toList();
  }

  /** Copies the content of the memory file; the process may run meanwhile. */
  public void copyFile(MemoryFile into, Deadline deadline) {
    try (FileChannel from = FileChannel.open(file.path())) {
      long done = 0;
      for (long at = next(0, LibC.SEEK_DATA); at >= 0 && at < bytes; ) {
        done = Math.min(bytes, next(at, LibC.SEEK_HOLE));
        copy(from, at, into, at, done - at, deadline);
        at = next(done, LibC.SEEK_DATA);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private long next(long offset, int what) throws IOException {
    return Extents.seek(file.path(), file.number(), offset, what);
  }

  /**
   * Writes into the process's own copy. It must not run: the VM has no device state yet.
   *
   * @param offset in the RAM, in bytes
   */
  public void write(long offset, ByteBuffer content) {
    try {
      for (Mapping mapping : mappings) {
        long from = Math.max(offset, mapping.offset());
        long to = Math.min(offset + content.remaining(), mapping.offset() + mapping.bytes());
        if (from < to) {
          int begin = content.position() + (int) (from - offset);
          put(content.slice(begin, (int) (to - from)), mapping.start() + from - mapping.offset());
        }
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void put(ByteBuffer content, long address) throws IOException {
    for (long at = address; content.hasRemaining(); ) {
      at += memory.write(content, at);
    }
  }

  /**
   * Copies the pages that the process has written. It must not write meanwhile: the VM is stopped.
   *
   * @return bytes in those pages
   */
  public long copyWritten(MemoryFile into, Deadline deadline) {
    long written = 0;
    try {
      for (Mapping mapping : mappings) {
        written += copyWritten(mapping, into, deadline);
      }
      return written;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private long copyWritten(Mapping mapping, MemoryFile into, Deadline deadline) throws IOException {
    long pages = mapping.bytes() / PAGE_BYTES;
    long written = 0;
    for (long first = 0; first < pages; first += PAGES_AT_ONCE) {
      int count = (int) Math.min(PAGES_AT_ONCE, pages - first);
      entries.clear().limit(count * Long.BYTES);
      fill(pagemap, entries, (mapping.start() / PAGE_BYTES + first) * Long.BYTES);
      written += copyRuns(count, mapping, first, into, deadline);
    }
    return written;
  }

  /** Copies each run of written pages at once. */
  private long copyRuns(int count, Mapping mapping, long first, MemoryFile into, Deadline deadline)
      throws IOException {
    long written = 0;
    for (int begin = 0; begin < count; begin++) {
      int end = begin;
      while (end < count && isCopy(entries.getLong(end * Long.BYTES))) {
        end++;
      }
      if (end > begin) {
        long at = (first + begin) * PAGE_BYTES;
        long length = (long) (end - begin) * PAGE_BYTES;
        copy(memory, mapping.start() + at, into, mapping.offset() + at, length, deadline);
        written += length;
        begin = end;
      }
    }
    return written;
  }

  private static boolean isCopy(long entry) {
    return (entry & (PRESENT | SWAPPED)) != 0 && (entry & OF_FILE) == 0;
  }

  private void copy(
      FileChannel from, long at, MemoryFile into, long to, long length, Deadline deadline)
      throws IOException {
    for (long done = 0; done < length; done += CHUNK_BYTES) {
      deadline.check("the copy of a VM's memory");
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, length - done));
      fill(from, chunk, at + done);
      into.write(to + done, chunk.flip());
    }
  }

  private static void fill(FileChannel from, ByteBuffer into, long offset) throws IOException {
    for (long at = offset; into.hasRemaining(); ) {
      int count = from.read(into, at);
      if (count <= 0) {
        throw new EOFException("the memory has ended");
      }
      at += count;
    }
  }

  private OsException failed(IOException e) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancelledException("cancelled while copying a VM's memory", e);
    }
    return refused(pid, e);
  }

  private static OsException refused(int pid, IOException e) {
    return new OsException(
        Kind.REFUSED,
        "cannot reach the memory of process %d: %s".formatted(pid, e.getMessage()),
        e);
  }

  @Override
  public void close() {
    file.close();
    try (pagemap) {
      memory.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
