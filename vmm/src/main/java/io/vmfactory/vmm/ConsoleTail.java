package io.vmfactory.vmm;

import io.vmfactory.linux.OwnFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The last lines that a guest printed: often the only hint why it did not start. */
public final class ConsoleTail {
  private static final int READ_BYTES = 8192;
  private static final int SHOWN = 256; // clients see no more than 500 characters of a message
  private static final String PANIC = "Kernel panic";

  private ConsoleTail() {}

  /**
   * Returns an addition to an error message: the text from the kernel panic on or, without a panic,
   * the last 256 characters. Control characters are replaced. An empty console is reported as such.
   */
  public static String of(VmFolder folder) {
    String text = plain(read(folder)).strip();
    return text.isEmpty()
        ? "; its console is silent"
        : "; its console ends with:\n" + telling(text).strip();
  }

  private static String telling(String text) {
    int panic = text.lastIndexOf(PANIC);
    int from = panic >= 0 ? panic : Math.max(0, text.length() - SHOWN);
    return text.substring(from, Math.min(text.length(), from + SHOWN));
  }

  private static String plain(String text) {
    return text.replace("\r", "").replaceAll("[\\p{Cntrl}&&[^\n]]", "?");
  }

  private static String read(VmFolder folder) {
    try (OwnFile log = OwnFile.open(folder.consoleLog())) {
      ByteBuffer tail = ByteBuffer.allocate(READ_BYTES);
      log.read(tail, Math.max(0, log.size() - READ_BYTES));
      return new String(tail.array(), 0, tail.position(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
