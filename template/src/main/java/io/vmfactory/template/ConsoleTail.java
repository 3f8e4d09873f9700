package io.vmfactory.template;

import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;

/** The end of what a guest has printed: often the only word on why it did not come up. */
final class ConsoleTail {
  private static final int MOST_BYTES = 512; // clients see no more of a message than 1000 bytes

  private ConsoleTail() {}

  /** As an addition to an error message; says so when there is nothing. */
  static String of(VmFolder folder) {
    String text = read(folder).strip();
    return text.isEmpty()
        ? "; its console is silent"
        : "; its console ends with:\n" + text.replace("\r", "");
  }

  private static String read(VmFolder folder) {
    try (var log = new RandomAccessFile(folder.consoleLog().toFile(), "r")) {
      log.seek(Math.max(0, log.length() - MOST_BYTES));
      byte[] tail = new byte[MOST_BYTES];
      int count = Math.max(0, log.read(tail));
      return new String(tail, 0, count, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
