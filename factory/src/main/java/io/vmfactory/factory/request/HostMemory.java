package io.vmfactory.factory.request;

import io.vmfactory.template.TemplateInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory that the host can give to new processes: MemAvailable of /proc/meminfo, see proc(5).
 *
 * @param proc normally {@code /proc}
 */
public record HostMemory(Path proc) {
  /** Memory of the VMM's process besides guest RAM, in MiB: code, heap, translated guest code. */
  public static final int OVERHEAD_MIB = 64;

  private static final Pattern AVAILABLE = Pattern.compile("MemAvailable:\\s+(\\d+) kB");

  /**
   * Checks that a VM with {@code guestMib} of RAM of its own can be started now.
   *
   * @throws RequestException with reason {@code EXHAUSTED} if memory is short
   */
  public void require(int guestMib) {
    int needed = guestMib + OVERHEAD_MIB;
    long available = availableMib();
    if (available < needed) {
      throw Refusals.exhausted(
          "the host has %d MiB of memory available and the VM needs %d MiB; release a VM or ask for less"
              .formatted(available, needed));
    }
  }

  /**
   * Checks that the host has the memory that a clone of {@code template} lacks for {@code order}.
   *
   * @throws RequestException with reason {@code EXHAUSTED} if memory is short
   */
  public void requireGrowth(TemplateInfo template, Order order) {
    require(template.spec().boot().shortOf(order.wanted()).memoryMib());
  }

  private long availableMib() {
    Path file = proc.resolve("meminfo");
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
      return lines.stream()
          .map(AVAILABLE::matcher)
          .filter(Matcher::matches)
          .mapToLong(m -> Long.parseLong(m.group(1)) / 1024)
          .findFirst()
          .orElseThrow(() -> new IOException("it has no line MemAvailable"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
