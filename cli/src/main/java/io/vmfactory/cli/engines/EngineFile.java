package io.vmfactory.cli.engines;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The configuration file of one engine below a root folder.
 *
 * @param root {@code /}, or the root of a tree that is being made
 */
public record EngineFile(EngineConfig config, Path root) {
  private static final String FORMER = ".before-vmfactory";

  /** What the host has of an engine. */
  public enum State {
    /** It finds vmfactory. */
    WIRED,
    /** It is installed, and does not find vmfactory. */
    NOT_WIRED,
    /** It is not installed. */
    ABSENT
  }

  /** Returns the engines whose files can be written. */
  public static List<EngineFile> all(Path root, Path program) {
    return Stream.of(new Podman(program), new Containerd(), new Docker(program))
        .map(config -> new EngineFile(config, root))
        .toList();
  }

  /** Returns the path of the file. A link is followed. */
  public Path path() {
    Path file =
        root.resolve(Objects.requireNonNull(config.file().getRoot()).relativize(config.file()));
    try {
      return file.toRealPath();
    } catch (IOException e) {
      return file;
    }
  }

  /** Returns the state of the engine; {@code path} has the folders where programs are. */
  public State state(List<Path> path) throws IOException {
    String now = text();
    if (!now.isEmpty() && config.with(now).equals(now)) {
      return State.WIRED;
    }
    boolean installed =
        config.programs().stream()
            .anyMatch(name -> path.stream().anyMatch(dir -> Files.isExecutable(dir.resolve(name))));
    return installed ? State.NOT_WIRED : State.ABSENT;
  }

  /** Puts what vmfactory needs into the file; returns whether it was changed. */
  public boolean wire() throws IOException {
    return change(config::with);
  }

  /** Takes it out again; returns whether the file was changed. */
  public boolean unwire() throws IOException {
    return change(config::without);
  }

  private boolean change(UnaryOperator<String> how) throws IOException {
    Path file = path();
    String now = text();
    String wanted = how.apply(now);
    if (wanted.equals(now)) {
      return false;
    }
    if (wanted.isEmpty()) {
      Files.delete(file);
      return true;
    }
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Path fresh = sibling(file, ".new");
    if (!now.isEmpty()) {
      Files.copy(
          file,
          sibling(file, FORMER),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES);
      Files.copy(
          file, fresh, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.writeString(fresh, wanted);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private String text() throws IOException {
    try {
      return Files.readString(path(), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }
}
