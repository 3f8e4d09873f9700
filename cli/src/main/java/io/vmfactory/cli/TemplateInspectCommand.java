package io.vmfactory.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory template inspect} */
@Command(
    name = "inspect",
    description = {
      "Prints everything that the daemon knows about a template, as JSON.",
      "The description is base64, as in the API: the containers of the template, for vmfactory"
          + " itself."
    },
    footer = {
      "  vmfactory template inspect python",
      "  vmfactory template inspect python:2 | jq '{labels, drives, steps}'"
    })
final class TemplateInspectCommand implements Callable<Integer> {
  @ParentCommand private TemplateCommand parent;
  @Mixin private TemplateCommand.Which which;

  @Override
  public Integer call() {
    parent.root().print(parent.root().factory().template(which.template()).get("template"));
    return Exit.OK.code();
  }
}
