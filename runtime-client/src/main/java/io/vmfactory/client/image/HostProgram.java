package io.vmfactory.client.image;

import io.vmfactory.client.image.ImageException.Reason;
import io.vmfactory.configs.time.Deadline;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A program of the host's e2fsprogs. */
final class HostProgram {
  /** Where programs for root are; an ordinary user's PATH lacks them. */
  private static final List<String> FURTHER = List.of("/usr/sbin", "/sbin");

  private static final int MOST_OUTPUT = 1 << 20;

  private final String name;
  private final List<String> path;

  /** What it said and how it ended. Texts byte for byte (ISO 8859-1). */
  record Result(int exit, String output, String errors) {}

  HostProgram(String name, String path) {
    this.name = name;
    this.path =
        Stream.concat(Arrays.stream(path.split(File.pathSeparator)), FURTHER.stream()).toList();
  }

  /**
   * Runs it to its end; it is killed when the time is over or the caller is interrupted.
   *
   * @param folder where it begins, and where its errors are kept meanwhile
   */
  Result run(List<String> arguments, Path folder, Deadline deadline) {
    List<String> line = new ArrayList<>(List.of(executable().toString()));
    line.addAll(arguments);
    Path errors = folder.resolve(name + ".err");
    Path output = folder.resolve(name + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    // The same content must give the same image, wherever and whenever it is made.
    builder.environment().putAll(Map.of("LC_ALL", "C", "TZ", "UTC", "E2FSPROGS_FAKE_TIME", "1"));
    builder.environment().put("MKE2FS_CONFIG", "/dev/null");
    try {
      Process process = builder.start();
      try {
        deadline.await(process.onExit(), name);
        return new Result(process.exitValue(), head(output), head(errors));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new ImageException(Reason.FAILED, "cannot run " + name + ": " + e.getMessage(), e);
    }
  }

  private static String head(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.ISO_8859_1).strip();
    }
  }

  private Path executable() {
    return path.stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new ImageException(
                    Reason.UNUSABLE,
                    name + " is not installed; it is in Debian's package e2fsprogs"));
  }
}
