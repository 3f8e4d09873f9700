package io.vmfactory.configs;

import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.host.HostWords;
import io.vmfactory.configs.host.OwnUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The user and the environment of the program, on which the built-in defaults depend.
 *
 * @param variables environment variables; the XDG_* ones count for ordinary users only
 * @param root whether the user is root
 */
public record Surroundings(Map<String, String> variables, boolean root) {
  private static final String NAME = "vmfactory";

  public Surroundings {
    variables = Map.copyOf(variables);
  }

  /** Returns the user and the environment of this process. */
  public static Surroundings ofThisProcess() {
    return new Surroundings(HostWords.environment(), OwnUser.isRoot());
  }

  /** Returns the default folder for state, such as templates. */
  Path stateDir() {
    return root
        ? Path.of("/var/lib", NAME)
        : variable("XDG_STATE_HOME").orElse(home().resolve(".local/state")).resolve(NAME);
  }

  /** Returns the default folder for sockets. */
  Path runDir() {
    return root
        ? Path.of("/run", NAME)
        : variable("XDG_RUNTIME_DIR")
            .map(dir -> dir.resolve(NAME))
            .orElse(stateDir().resolve("run"));
  }

  /** Returns a file of the guest image that belongs to this installation. */
  Path guestFile(String name) {
    return variable("VMFACTORY_HOME")
        .orElse(Path.of("/usr/share", NAME))
        .resolve("guest")
        .resolve(name);
  }

  /** Returns a helper program of this installation. */
  public Path program(String name) {
    return variable("VMFACTORY_HOME")
        .map(home -> home.resolve("bin"))
        .orElse(Path.of("/usr/lib", NAME))
        .resolve(name);
  }

  /** Returns the file that {@code $VMFACTORY_CONFIG} names, if it is set. */
  Optional<Path> namedFile() {
    return variable("VMFACTORY_CONFIG");
  }

  /** Returns the usual paths of the configuration file; the first that exists counts. */
  List<Path> usualFiles() {
    String file = NAME + ".toml";
    List<Path> places = new ArrayList<>();
    if (!root) {
      Path config = variable("XDG_CONFIG_HOME").orElse(home().resolve(".config"));
      places.add(config.resolve(NAME).resolve(file));
    }
    places.add(Path.of("/etc", NAME, file));
    return places;
  }

  private Path home() {
    return variable("HOME").orElse(Path.of("/"));
  }

  private Optional<Path> variable(String name) {
    return Optional.ofNullable(variables.get(name))
        .filter(value -> !value.isEmpty())
        .map(HostText::path)
        .map(Path::toAbsolutePath);
  }
}
