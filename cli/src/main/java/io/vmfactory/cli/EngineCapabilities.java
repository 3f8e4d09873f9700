package io.vmfactory.cli;

import io.vmfactory.cli.engines.EngineFile;
import io.vmfactory.cli.engines.UnusableConfigException;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.vmm.Capability;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Which container engines this host has, and whether they find vmfactory. */
final class EngineCapabilities {
  private EngineCapabilities() {}

  static List<Capability> of(List<EngineFile> engines, Map<String, String> variables) {
    List<Path> folders = folders(variables);
    return engines.stream().map(engine -> of(engine, folders)).toList();
  }

  /** Returns the folders in which programs are looked for. */
  static List<Path> folders(Map<String, String> variables) {
    return Arrays.stream(variables.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .toList();
  }

  private static Capability of(EngineFile engine, List<Path> folders) {
    String name = engine.config().engine();
    try {
      return switch (engine.state(folders)) {
        case WIRED -> Capability.yes(name, engine.path() + " names vmfactory");
        case NOT_WIRED ->
            Capability.no(
                name,
                "%s does not name vmfactory; vmfactory install engines --write %s"
                    .formatted(engine.path(), name));
        case ABSENT -> Capability.no(name, "is not installed");
      };
    } catch (IOException | UnusableConfigException e) {
      return Capability.no(name, "cannot read %s: %s".formatted(engine.path(), ErrorText.of(e)));
    }
  }
}
