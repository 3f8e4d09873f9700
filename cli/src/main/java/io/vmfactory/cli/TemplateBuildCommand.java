package io.vmfactory.cli;

import io.vmfactory.api.v1.Template;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.configs.ConfigException;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.RecipeFile;
import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vmfactory template build} */
@Command(
    name = "build",
    description = {
      "Builds a template as a recipe says: takes a VM, creates the container, waits until its"
          + " program is ready, and stores the VM.",
      "A further build under the same name makes the next version, and the bare name means it from"
          + " then on. Two builds at once make two versions.",
      "Ctrl-C and a failure leave nothing behind. configs/recipe.toml describes every key of a"
          + " recipe."
    },
    footer = {
      "  vmfactory template build -f python.toml",
      "  vmfactory template build -f python.toml --name python-next",
      "  vmfactory run --template python -- /usr/bin/python3 script.py"
    })
final class TemplateBuildCommand implements Callable<Integer> {
  private static final Duration LONGEST_BUILD = Duration.ofHours(2);
  private static final int MOST_BYTES = 1 << 20;

  @ParentCommand private TemplateCommand parent;
  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description = "The recipe, a TOML file.")
  private Path file;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the template (default: the recipe's).")
  private String name = "";

  @Option(names = "--json", description = "Print the template as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    RecipeFile recipe = RecipeFile.parse(read(file), HostText.shown(file.toString()));
    String wanted = name.isEmpty() ? recipe.name() : name;
    if (wanted.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "the recipe has no name: write name = \"NAME\" or give --name");
    }
    Template template = build(root, new RecipeConversion(wanted, recipe, folder()));
    JsonValue shown = ProtoJson.of(template);
    if (json) {
      root.print(shown);
    } else {
      root.print(
          "template %s: %d vCPU(s), %d MiB, %s on disk"
              .formatted(
                  TemplateCommand.shown(shown),
                  template.getVcpus(),
                  template.getMemoryMib(),
                  Show.kib(StatusView.onDisk(shown))));
    }
    return Exit.OK.code();
  }

  private static String read(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new IOException("%s is too large: at most %d bytes".formatted(file, MOST_BYTES));
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(List.of("cannot read the recipe " + file + ": " + ErrorText.of(e)));
    }
  }

  private Path folder() {
    Path parentFolder = file.toAbsolutePath().getParent();
    return parentFolder == null ? file.toAbsolutePath() : parentFolder;
  }

  private static Template build(VmFactoryCommand root, RecipeConversion conversion) {
    Duration timeout = root.timeout();
    try (RecipeConversion.Prepared prepared = conversion.prepare(root);
        SandboxRuntime runtime = root.sandboxes();
        BuildProgress progress =
            new BuildProgress(root.err(), root.takesControls(TerminalStream.ERR))) {
      TemplateRecipe recipe = prepared.recipe();
      Deadline deadline = Deadline.after(timeout == null ? LONGEST_BUILD : timeout);
      return runtime.buildTemplate(recipe, progress, deadline);
    }
  }
}
