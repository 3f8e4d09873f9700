package io.vmfactory.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory template rm} */
@Command(
    name = "rm",
    description = {
      "Removes templates. A name without a version means all its versions.",
      "VMs that are clones of them run on."
    },
    footer = {"  vmfactory template rm python:2", "  vmfactory template rm python"})
final class TemplateRemoveCommand implements Callable<Integer> {
  @ParentCommand private TemplateCommand parent;

  @Parameters(
      arity = "1..*",
      paramLabel = "TEMPLATE",
      description = "Name, name:version, or key (its first 8 or more digits).")
  private List<String> templates = new ArrayList<>();

  @Mixin private TemplateCommand.Output output;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    for (String template : templates) {
      JsonValue reply = root.factory().deleteTemplate(template);
      if (output.json()) {
        root.print(reply);
      } else {
        int versions = Math.max(1, reply.texts("keys").size());
        root.print("removed %s (%d version(s))".formatted(template, versions));
      }
    }
    return Exit.OK.code();
  }
}
