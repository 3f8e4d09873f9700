package io.vmfactory.bench.cases;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of a VM's process, from its smaps, see proc(5). A VM's RAM is a private mapping of its
 * template's memory, which is a memfd.
 *
 * @param ownGuestKib guest RAM that only this VM has: pages that it has written
 * @param templateKib proportional share (PSS) of the template's pages that it has mapped
 */
record Smaps(long privateKib, long sharedKib, long pssKib, long ownGuestKib, long templateKib) {
  private static final Pattern MAPPING =
      Pattern.compile("[0-9a-f]+-[0-9a-f]+ \\S+ \\S+ \\S+ \\d+\\s*(.*)");
  private static final Pattern AMOUNT = Pattern.compile("(\\w+):\\s+(\\d+) kB");

  /** Reads the memory of a running process. */
  static Smaps of(long pid) throws IOException {
    Path file = Path.of("/proc/" + pid + "/smaps");
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      Sums sums = new Sums();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        sums.add(line);
      }
      return sums.total();
    }
  }

  /** Adds up lines of smaps. */
  static final class Sums {
    private long privateKib;
    private long sharedKib;
    private long pssKib;
    private long memfdKib;
    private long memfdPssKib;
    private boolean inMemfd;

    void add(String line) {
      Matcher amount = AMOUNT.matcher(line);
      if (amount.matches()) {
        count(amount.group(1), Long.parseLong(amount.group(2)));
        return;
      }
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.matches()) {
        inMemfd = mapping.group(1).startsWith("/memfd:");
      }
    }

    private void count(String what, long kib) {
      switch (what) {
        case "Private_Clean", "Private_Dirty" -> privateKib += kib;
        case "Shared_Clean", "Shared_Dirty" -> sharedKib += kib;
        case "Pss" -> {
          pssKib += kib;
          memfdPssKib += inMemfd ? kib : 0;
        }
        case "Anonymous" -> memfdKib += inMemfd ? kib : 0;
        default -> {}
      }
    }

    Smaps total() {
      return new Smaps(privateKib, sharedKib, pssKib, memfdKib, memfdPssKib - memfdKib);
    }
  }
}
