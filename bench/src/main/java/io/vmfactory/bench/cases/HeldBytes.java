package io.vmfactory.bench.cases;

import io.vmfactory.configs.time.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Counts the bytes that this process holds in reachable arrays and in buffers outside the heap. The
 * heap's size would say less, since it includes everything else and what is unreachable.
 */
final class HeldBytes {
  private static final String BYTE_ARRAYS = "[B";

  private HeldBytes() {}

  /** Returns how many bytes there are now. Garbage is collected first, as the histogram does so. */
  static long now(Deadline deadline) throws IOException {
    long buffers =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    String jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
    Process histogram =
        new ProcessBuilder(jcmd, Long.toString(ProcessHandle.current().pid()), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    try (BufferedReader lines = histogram.inputReader(StandardCharsets.US_ASCII)) {
      long arrays = -1;
      for (String line; (line = lines.readLine()) != null; ) {
        arrays = Math.max(arrays, arrays(line));
      }
      deadline.await(histogram.onExit(), "jcmd GC.class_histogram");
      if (arrays < 0) {
        throw new IOException("jcmd GC.class_histogram listed no arrays of bytes");
      }
      return arrays + buffers;
    }
  }

  /**
   * Returns the bytes in a line of the histogram, "NUMBER: INSTANCES BYTES CLASS"; -1 if the line
   * is about another class.
   */
  static long arrays(String line) {
    String[] words = line.strip().split("\\s+", -1);
    return words.length >= 4 && words[3].equals(BYTE_ARRAYS) ? Long.parseLong(words[2]) : -1;
  }
}
