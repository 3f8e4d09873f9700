package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.configs.time.OwnThread;
import io.vmfactory.images.ImageException.Reason;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A program of the host. */
final class HostProgram {
  private static final int MOST_OUTPUT = 1 << 16;

  private final String name;
  private final String packageName;
  private final List<String> path;

  /**
   * @param packageName the Debian package that contains it
   * @param path the directories with programs, in the form of PATH
   */
  HostProgram(String name, String packageName, String path) {
    this.name = name;
    this.packageName = packageName;
    this.path = Arrays.asList(path.split(File.pathSeparator));
  }

  /** Starts it, with pipes for its streams. */
  Process start(String... arguments) {
    List<String> line = new ArrayList<>(List.of(executable().toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("LC_ALL", "C");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new ImageException(Reason.FAILED, "cannot run " + name + ": " + e.getMessage(), e);
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
                    "is compressed with %s, which is not installed; install the package %s"
                        .formatted(name, packageName)));
  }

  /** Reads a stream to its end, so that the program never blocks, and keeps the beginning. */
  static CompletableFuture<String> reading(InputStream stream, String name) {
    return OwnThread.run(
        name,
        () -> {
          try (stream) {
            String text = new String(stream.readNBytes(MOST_OUTPUT), ISO_8859_1);
            stream.transferTo(OutputStream.nullOutputStream());
            return text;
          }
        });
  }
}
