package io.vmfactory.configs;

import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.host.Ownership;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the configuration file and reads it. Looks in this order: the file named by the caller,
 * {@code $VMFACTORY_CONFIG}, for ordinary users {@code $XDG_CONFIG_HOME/vmfactory/vmfactory.toml},
 * {@code /etc/vmfactory/vmfactory.toml}. If none of them exists, uses the built-in defaults.
 */
public final class ConfigLoader {
  private static final int MOST_BYTES = 1 << 20;
  private static final String BUILT_IN = "built-in defaults";

  private final Surroundings surroundings;

  public ConfigLoader(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Reads the configuration.
   *
   * @param named the file the user named; null means the usual places are searched
   * @throws ConfigException with every problem of the file, or if a named file cannot be read
   */
  public LoadedConfig load(@Nullable Path named) {
    Optional<Path> file =
        Optional.ofNullable(named)
            .or(surroundings::namedFile)
            .or(() -> surroundings.usualFiles().stream().filter(Files::exists).findFirst());
    return file.map(this::read).orElseGet(this::defaults);
  }

  /**
   * Returns the configuration in {@code toml}; {@code source} names it in messages.
   *
   * @throws ConfigException with every problem of the text
   */
  public VmFactoryConfig parse(String toml, String source) {
    Problems problems = new Problems(source);
    Document document = Document.parse(toml, problems);
    problems.throwIfAny();
    if (KataFile.is(document)) {
      new ConfigReader(document, surroundings).read();
      throw new ConfigException(List.of(source + ": " + KataFile.answer(document)));
    }
    return read(document, problems);
  }

  private LoadedConfig read(Path file) {
    try {
      return new LoadedConfig(
          parse(text(file), file.toString()), file.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw new ConfigException(
          List.of(
              "cannot read the configuration "
                  + (names(e, file) ? "" : file + ": ")
                  + ErrorText.of(e)));
    }
  }

  private static boolean names(IOException e, Path file) {
    return e instanceof FileSystemException || String.valueOf(e.getMessage()).startsWith("" + file);
  }

  /** Root obeys only what root, or the user that has installed this program, can have written. */
  private static String text(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is not a regular file");
    }
    Path real = OwnUser.isRoot() ? Ownership.requireInstalled(file) : file;
    if (Files.size(real) > MOST_BYTES) {
      throw new IOException("%s is too large: at most %d bytes".formatted(file, MOST_BYTES));
    }
    return Files.readString(real);
  }

  private LoadedConfig defaults() {
    Problems problems = new Problems(BUILT_IN);
    return new LoadedConfig(read(Document.empty(problems), problems), null);
  }

  private VmFactoryConfig read(Document document, Problems problems) {
    VmFactoryConfig config = new ConfigReader(document, surroundings).read();
    problems.throwIfAny();
    return config;
  }
}
