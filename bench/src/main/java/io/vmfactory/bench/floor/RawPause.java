package io.vmfactory.bench.floor;

import io.vmfactory.configs.time.Laps;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The floor of a fork's pause: stop, device state to a file in memory, a copy of the pages that the
 * VM has written, cont; without a daemon or any of our code in between.
 */
public final class RawPause {
  private static final int PAGE_BYTES = 4096;
  private static final long PRESENT_OR_SWAPPED = 3L << 62;
  private static final long OF_FILE = 1L << 61;

  private final RawVm vm;
  private final Path state;
  private final long start;
  private final ByteBuffer entries;
  private final ByteBuffer copy;

  /**
   * Prepares for a VM.
   *
   * @param memory the file that its RAM maps
   * @param state the file for the device state, in a file system in memory
   */
  public RawPause(RawVm vm, Path memory, Path state) throws IOException {
    this.vm = vm;
    this.state = state;
    String line =
        Files.readAllLines(process("maps")).stream()
            .filter(mapping -> mapping.endsWith(memory.toString()))
            .findFirst()
            .orElseThrow(() -> new IOException("the raw VM does not map " + memory));
    String[] ends = line.substring(0, line.indexOf(' ')).split("-", 2);
    start = Long.parseUnsignedLong(ends[0], 16);
    int bytes = Math.toIntExact(Long.parseUnsignedLong(ends[1], 16) - start);
    entries = ByteBuffer.allocateDirect(bytes / PAGE_BYTES * Long.BYTES);
    entries.order(ByteOrder.nativeOrder());
    copy = ByteBuffer.allocateDirect(bytes);
  }

  private Path process(String file) {
    return Path.of("/proc/%d/%s".formatted(vm.pid(), file));
  }

  /** Stops the VM, copies, and lets it run again. Laps: stop, state, pages, cont. */
  public Laps run() throws IOException {
    try (FileChannel pagemap = FileChannel.open(process("pagemap"));
        FileChannel memory = FileChannel.open(process("mem"))) {
      Laps laps = new Laps();
      vm.stop();
      laps.lap("stop");
      vm.saveDevices(state);
      laps.lap("state");
      pages(pagemap, memory);
      laps.lap("pages");
      vm.cont();
      laps.lap("cont");
      return laps;
    }
  }

  private void pages(FileChannel pagemap, FileChannel memory) throws IOException {
    read(pagemap, entries.clear(), start / PAGE_BYTES * Long.BYTES);
    int count = entries.capacity() / Long.BYTES;
    for (int begin = 0; begin < count; begin++) {
      int end = begin;
      while (end < count && isCopy(entries.getLong(end * Long.BYTES))) {
        end++;
      }
      if (end > begin) {
        copy.limit(end * PAGE_BYTES).position(begin * PAGE_BYTES);
        read(memory, copy, start + (long) begin * PAGE_BYTES);
        begin = end;
      }
    }
  }

  private static boolean isCopy(long entry) {
    return (entry & PRESENT_OR_SWAPPED) != 0 && (entry & OF_FILE) == 0;
  }

  private static void read(FileChannel from, ByteBuffer into, long offset) throws IOException {
    for (long at = offset; into.hasRemaining(); ) {
      int count = from.read(into, at);
      if (count <= 0) {
        throw new EOFException("the raw VM has ended");
      }
      at += count;
    }
  }
}
