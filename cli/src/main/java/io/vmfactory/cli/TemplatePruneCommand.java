package io.vmfactory.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory template prune} */
@Command(
    name = "prune",
    description = {
      "Removes old versions of templates: those that no bare name means and no pool uses.",
      "VMs that are clones of them run on."
    },
    footer = {
      "  vmfactory template prune",
      "  vmfactory template prune python --keep 2     keep the two newest old versions"
    })
final class TemplatePruneCommand implements Callable<Integer> {
  @ParentCommand private TemplateCommand parent;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "Only versions of this name (default: of all names).")
  private String name = "";

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Keep this many old versions of each name, the newest (default: 0).")
  private int keep;

  @Mixin private TemplateCommand.Output output;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    JsonValue reply = root.factory().pruneTemplates(name, keep);
    if (output.json()) {
      root.print(reply);
      return Exit.OK.code();
    }
    List<JsonValue> removed = reply.list("removed");
    removed.forEach(template -> root.print("removed " + TemplateCommand.shown(template)));
    root.print(
        "%d version(s) removed, %s freed"
            .formatted(removed.size(), Show.kib(reply.number("freedKib"))));
    return Exit.OK.code();
  }
}
