package io.vmfactory.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory template rollback} */
@Command(
    name = "rollback",
    description = {
      "Makes another version of a template the one that the bare name means.",
      "Other versions stay. The pool of the name rolls over; VMs that run are not touched."
    },
    footer = {
      "  vmfactory template rollback python 2       go back",
      "  vmfactory template rollback python 3       and forward again"
    })
final class TemplateRollbackCommand implements Callable<Integer> {
  @ParentCommand private TemplateCommand parent;

  @Parameters(index = "0", paramLabel = "NAME", description = "Name, without a version.")
  private String name;

  @Parameters(index = "1", paramLabel = "VERSION", description = "The version, 1 or more.")
  private int version;

  @Mixin private TemplateCommand.Output output;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    JsonValue template = root.factory().rollbackTemplate(name, version).get("template");
    if (output.json()) {
      root.print(template);
    } else {
      root.print(name + " means " + TemplateCommand.shown(template) + " now");
    }
    return Exit.OK.code();
  }
}
