package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Runs a program of the host's e2fsprogs. */
final class HostProgram {
  /** Directories of programs for root, which the PATH of an ordinary user lacks. */
  private static final List<String> FURTHER = List.of("/usr/sbin", "/sbin");

  private static final int MOST_OUTPUT = 1 << 20;

  private final String name;
  private final List<String> path;

  /** The exit code and the output of a program, decoded as ISO 8859-1. */
  record Result(int exit, String output, String errors) {}

  HostProgram(String name, String path) {
    this.name = name;
    this.path =
        Stream.concat(Arrays.stream(path.split(File.pathSeparator)), FURTHER.stream()).toList();
  }

  /**
   * Runs the program to its end. Kills it if the deadline passes or the caller is interrupted.
   *
   * @param folder its working directory
   */
  Result run(List<String> arguments, Path folder, Deadline deadline) {
    List<String> line = new ArrayList<>(List.of(executable().toString()));
    line.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(folder.toFile()).redirectInput(new File("/dev/null"));
    // The same content must give the same image, regardless of place and time.
    builder.environment().putAll(Map.of("LC_ALL", "C", "TZ", "UTC", "E2FSPROGS_FAKE_TIME", "1"));
    builder.environment().put("MKE2FS_CONFIG", "/dev/null");
    try {
      Process process = builder.start();
      try {
        var output = reading(process.getInputStream());
        var errors = reading(process.getErrorStream());
        deadline.await(process.onExit(), name);
        return new Result(
            process.exitValue(), deadline.await(output, name), deadline.await(errors, name));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new ImageException(Reason.FAILED, "cannot run " + name + ": " + e.getMessage(), e);
    }
  }

  /** Reads a stream to its end, so that the program never blocks, and keeps the beginning. */
  private CompletableFuture<String> reading(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try (stream) {
                text.complete(new String(stream.readNBytes(MOST_OUTPUT), ISO_8859_1));
                stream.transferTo(OutputStream.nullOutputStream());
              } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
              }
            },
            name);
    reader.setDaemon(true);
    reader.start();
    return text;
  }

  private Path executable() {
    return path.stream()
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new ImageException(
                    Reason.UNUSABLE, name + " is not installed; install the package e2fsprogs"));
  }
}
