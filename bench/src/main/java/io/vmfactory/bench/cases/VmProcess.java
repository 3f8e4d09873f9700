package io.vmfactory.bench.cases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The process of a VM, as the host's scheduler sees it. */
record VmProcess(long pid) {
  /** Returns the CPU time of all its threads so far, in microseconds. */
  long cpuMicros() throws IOException {
    List<Path> threads;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      threads = tasks.toList();
    }
    long nanos = 0;
    for (Path thread : threads) {
      nanos += nanos(thread.resolve("schedstat"));
    }
    return nanos / 1000;
  }

  private static long nanos(Path schedstat) throws IOException {
    try {
      String text = Files.readString(schedstat);
      return Long.parseLong(text.substring(0, text.indexOf(' ')));
    } catch (NoSuchFileException e) {
      return 0; // a thread that has just ended
    }
  }
}
