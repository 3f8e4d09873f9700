package io.vmfactory.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory template ls} */
@Command(
    name = "ls",
    description = {
      "Lists the templates that have names, and their versions.",
      "STATE says which version the bare name means, whether it is in memory, and why this host"
          + " must not load it. vmfactory status lists all templates."
    },
    footer = {
      "  vmfactory template ls",
      "  vmfactory template ls --json | jq -r '.templates[] | select(.current) | .name'"
    })
final class TemplateListCommand implements Callable<Integer> {
  @ParentCommand private TemplateCommand parent;
  @Mixin private TemplateCommand.Output output;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    List<JsonValue> named =
        root.factory().templates().list("templates").stream()
            .filter(template -> !template.text("name").isEmpty())
            .toList();
    if (output.json()) {
      root.print(JsonValue.object().with("templates", JsonValue.array(named)));
      return Exit.OK.code();
    }
    TextTable table =
        new TextTable("TEMPLATE", "KEY", "VCPUS", "MEMORY", "ON DISK", "AGE", "STATE");
    for (JsonValue template : named) {
      table.row(
          TemplateCommand.shown(template),
          Show.shortened(template.text("key")),
          String.valueOf(template.number("vcpus")),
          template.number("memoryMib") + " MiB",
          Show.kib(StatusView.onDisk(template)),
          Show.age(template.text("createdAt"), root.now()),
          StatusView.templateState(template));
    }
    root.printTable(table.lines(0));
    return Exit.OK.code();
  }
}
