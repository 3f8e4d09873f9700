package io.vmfactory.cli;

import static java.util.stream.Collectors.joining;

import io.vmfactory.cli.engines.EngineFile;
import io.vmfactory.cli.engines.EngineFile.State;
import io.vmfactory.cli.engines.RuntimeClass;
import io.vmfactory.cli.engines.UnusableConfigException;
import io.vmfactory.configs.ErrorText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory install engines} */
@Command(
    name = "engines",
    description = {
      "Writes the configuration by which podman, containerd and Docker find vmfactory, or shows"
          + " it.",
      "Without an option it lists the engines of this host. With the name of an engine it prints"
          + " what",
      "belongs into the engine's file, and writes nothing. Other settings in the files stay; a file"
          + " that",
      "is changed is kept as FILE.before-vmfactory. Does not need the daemon."
    },
    footer = {
      "  vmfactory install engines",
      "  vmfactory install engines docker",
      "  sudo vmfactory install engines --write podman",
      "  vmfactory install engines kubernetes | kubectl apply -f -"
    })
final class InstallEnginesCommand implements Callable<Integer> {
  private static final String KUBERNETES = "kubernetes";

  @ParentCommand private InstallCommand parent;

  @Parameters(
      arity = "0..*",
      paramLabel = "ENGINE",
      description =
          "podman, containerd, docker or kubernetes (default: all that this host has; kubernetes is"
              + " only printed).")
  private List<String> engines = List.of();

  @Option(names = "--write", description = "Change the files of these engines.")
  private boolean write;

  @Option(names = "--remove", description = "Take vmfactory out of the files of these engines.")
  private boolean remove;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Change the files below this folder (default: /).")
  private Path root = Path.of("/");

  @Override
  public Integer call() {
    if (write && remove) {
      throw new CliException(Exit.USAGE, "--write and --remove exclude each other", "");
    }
    List<EngineFile> known =
        EngineFile.all(root, parent.root().surroundings().program("vmfactory-oci"));
    if (write || remove) {
      chosen(known).forEach(this::change);
    } else if (engines.isEmpty()) {
      parent.root().printTable(table(known).lines(0));
    } else {
      engines.forEach(name -> parent.root().print(snippet(known, name).lines().toList()));
    }
    return Exit.OK.code();
  }

  private static String snippet(List<EngineFile> known, String name) {
    return name.equals(KUBERNETES)
        ? RuntimeClass.manifest()
        : named(known, name).config().snippet();
  }

  private List<EngineFile> chosen(List<EngineFile> known) {
    if (!engines.isEmpty()) {
      return engines.stream().map(name -> named(known, name)).toList();
    }
    return known.stream().filter(file -> state(file) != State.ABSENT).toList();
  }

  private static EngineFile named(List<EngineFile> known, String name) {
    String names = known.stream().map(file -> file.config().engine()).collect(joining(", "));
    return known.stream()
        .filter(file -> file.config().engine().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new CliException(
                    Exit.USAGE,
                    "no file of this host belongs to " + name,
                    name.equals(KUBERNETES)
                        ? "vmfactory install engines kubernetes | kubectl apply -f -"
                        : "one of " + names));
  }

  private void change(EngineFile file) {
    try {
      boolean changed = remove ? file.unwire() : file.wire();
      String what = changed ? "changed; next: " + file.config().afterwards() : "unchanged";
      parent.root().print("%s: %s %s".formatted(file.config().engine(), file.path(), what));
    } catch (IOException | UnusableConfigException e) {
      throw failed("change", file, e);
    }
  }

  private State state(EngineFile file) {
    try {
      return file.state(path());
    } catch (IOException | UnusableConfigException e) {
      throw failed("read", file, e);
    }
  }

  private static CliException failed(String verb, EngineFile file, Exception e) {
    return new CliException(
        Exit.FAILURE,
        "cannot %s %s: %s".formatted(verb, file.path(), ErrorText.of(e)),
        "vmfactory install engines %s shows what belongs there".formatted(file.config().engine()));
  }

  private List<Path> path() {
    return EngineCapabilities.folders(parent.root().surroundings().variables());
  }

  private TextTable table(List<EngineFile> known) {
    TextTable table = new TextTable("ENGINE", "STATE", "FILE");
    for (EngineFile file : known) {
      String state = state(file).name().toLowerCase(Locale.ROOT).replace('_', ' ');
      table.row(file.config().engine(), state, file.path().toString());
    }
    return table;
  }
}
