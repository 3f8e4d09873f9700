package io.vmfactory.factory.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Measures the memory of a VM's process from /proc/PID/smaps, see proc(5).
 *
 * @param proc normally {@code /proc}
 */
record MemoryMeter(Path proc) {
  /** The memory of {@code vm}; null when its process is gone. */
  @Nullable VmMemory measure(VmView vm) {
    Path smaps = proc.resolve(Integer.toString(vm.identity().pid())).resolve("smaps");
    try (BufferedReader lines = Files.newBufferedReader(smaps, StandardCharsets.ISO_8859_1)) {
      SmapsSum sum = new SmapsSum(vm.sizing().memoryMib());
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        sum.add(line);
      }
      return sum.total();
    } catch (IOException e) {
      return null;
    }
  }
}
