package io.vmfactory.factory.vm;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds up the lines of a VM's /proc/PID/smaps, or of smaps_rollup, which has the sums only. Guest
 * RAM at boot is a memfd in a clone and anonymous otherwise; plugged memory is always anonymous.
 * Guest RAM in an anonymous mapping is recognised by its size.
 */
final class SmapsSum {
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) \\S+ \\S+ \\S+ \\d+\\s*(.*)");
  private static final Pattern AMOUNT = Pattern.compile("(\\w+):\\s+(\\d+) kB");

  private final int guestMib;
  private final Map<Long, Long> anonymousOwn = new HashMap<>();
  private long privateKib;
  private long sharedKib;
  private long pssKib;
  private long memfdKib;
  private long memfdOwnKib;
  private long mappingKib;
  private String mappingName = "";

  /** Makes the sum for a VM with {@code guestMib} of guest RAM in total. */
  SmapsSum(int guestMib) {
    this.guestMib = guestMib;
  }

  void add(String line) {
    Matcher amount = AMOUNT.matcher(line);
    if (amount.matches()) {
      count(amount.group(1), Long.parseLong(amount.group(2)));
      return;
    }
    Matcher mapping = MAPPING.matcher(line);
    if (mapping.matches()) {
      mappingName = mapping.group(3);
      mappingKib = (address(mapping.group(2)) - address(mapping.group(1))) / 1024;
      memfdKib += inMemfd() ? mappingKib : 0;
    }
  }

  VmMemory total() {
    long elsewhereKib = guestMib * 1024L - memfdKib;
    long guest = memfdOwnKib + anonymousOwn.getOrDefault(elsewhereKib, 0L);
    return new VmMemory(privateKib, sharedKib, pssKib, guest);
  }

  Footprint footprint() {
    return new Footprint(privateKib, sharedKib);
  }

  private void count(String what, long kib) {
    switch (what) {
      case "Private_Clean", "Private_Dirty", "Private_Hugetlb" -> privateKib += kib;
      case "Shared_Clean", "Shared_Dirty", "Shared_Hugetlb" -> sharedKib += kib;
      case "Pss" -> pssKib += kib;
      case "Anonymous" -> countOwn(kib);
      default -> {}
    }
  }

  /**
   * Counts a mapping of the template: a page that only one clone has mapped counts as private, but
   * is no copy.
   */
  private void countOwn(long kib) {
    if (inMemfd()) {
      memfdOwnKib += kib;
    } else if (mappingName.isEmpty()) {
      anonymousOwn.merge(mappingKib, kib, Long::sum);
    }
  }

  private boolean inMemfd() {
    return mappingName.startsWith("/memfd:");
  }

  private static long address(String hex) {
    return Long.parseUnsignedLong(hex, 16);
  }
}
