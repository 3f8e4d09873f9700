package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Uninterrupted;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Reads and drops what a process writes, so that the process never waits for a reader. Finds a text
 * in it, and keeps its end, which explains a failure.
 */
final class ProgramOutput implements AutoCloseable {
  private static final int LONGEST_LINE = 1 << 16;
  private static final int KEPT = 1024;
  private static final long END_MILLIS = 2000;

  private final String wanted;
  private final CompletableFuture<Boolean> found = new CompletableFuture<>();
  private final StringBuilder end = new StringBuilder();
  private final List<Thread> readers;

  /**
   * @param wanted the text to find in a line; empty for none
   */
  ProgramOutput(ContainerProcess process, String wanted) {
    this.wanted = wanted;
    this.readers =
        Stream.of(process.stdout(), process.stderr())
            .map(stream -> new Thread(() -> read(stream), "output of " + process.id()))
            .toList();
    for (Thread reader : readers) {
      reader.setDaemon(true);
      reader.start();
    }
  }

  private void read(InputStream stream) {
    Reader text = new InputStreamReader(stream, StandardCharsets.UTF_8);
    StringBuilder line = new StringBuilder();
    char[] some = new char[4096];
    try {
      for (int n = text.read(some); n >= 0; n = text.read(some)) {
        keep(some, n);
        line.append(some, 0, n);
        if (!wanted.isEmpty() && line.indexOf(wanted) >= 0) {
          found.complete(true);
        }
        line.delete(0, Math.max(line.lastIndexOf("\n") + 1, line.length() - LONGEST_LINE));
      }
    } catch (IOException e) {
      return; // closed, or the VM is gone, which the end of the process reports
    }
  }

  private synchronized void keep(char[] text, int length) {
    end.append(text, 0, length);
    end.delete(0, Math.max(0, end.length() - KEPT));
  }

  /** Returns a stage that completes when the text has appeared. */
  CompletionStage<Boolean> found() {
    return found;
  }

  /** Returns the end of the output, as the end of a sentence. */
  synchronized String last() {
    return last(end.toString());
  }

  /** Returns what a program has written last, as the end of a sentence. */
  static String last(String output) {
    String text = output.strip();
    return text.isEmpty() ? "; it has written nothing" : "; its last output: " + text;
  }

  /** Waits until all output is read. For a process that has ended. */
  void drain() {
    readers.forEach(reader -> Uninterrupted.run(() -> join(reader)));
  }

  private static void join(Thread reader) {
    try {
      reader.join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops reading. */
  @Override
  public void close() {
    readers.forEach(Thread::interrupt);
    drain();
  }
}
