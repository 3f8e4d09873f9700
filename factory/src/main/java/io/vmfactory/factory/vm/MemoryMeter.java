package io.vmfactory.factory.vm;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures the memory of a VM's process from /proc/PID/smaps and smaps_rollup, see proc(5).
 *
 * @param proc normally {@code /proc}
 */
public record MemoryMeter(Path proc) {
  /** Returns the memory of a VM with {@code guestMib} of guest RAM; null if its process is gone. */
  public @Nullable VmMemory measure(int pid, int guestMib) {
    return read(pid, "smaps", new SmapsSum(guestMib)).map(SmapsSum::total).orElse(null);
  }

  /**
   * Returns only the sums of the process, which the kernel adds up: one short read. Empty if the
   * process is gone.
   */
  public Optional<Footprint> footprint(int pid) {
    return read(pid, "smaps_rollup", new SmapsSum(0)).map(SmapsSum::footprint);
  }

  private Optional<SmapsSum> read(int pid, String name, SmapsSum sum) {
    Path file = proc.resolve(Integer.toString(pid)).resolve(name);
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        sum.add(line);
      }
      return Optional.of(sum);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
