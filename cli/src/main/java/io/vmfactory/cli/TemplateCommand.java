package io.vmfactory.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory template}, and what its commands have in common. */
@Command(
    name = "template",
    description = {
      "Manages templates of your own: VMs with a container, stored under a name.",
      "A name means its current version; \"python:3\" means version 3. Requires one of the commands"
          + " below."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TemplateBuildCommand.class,
      TemplateListCommand.class,
      TemplateInspectCommand.class,
      TemplateRemoveCommand.class,
      TemplateRollbackCommand.class,
      TemplatePruneCommand.class
    },
    footer = {
      "  vmfactory template build -f python.toml",
      "  vmfactory run --template python -- /usr/bin/python3 -c 'print(6 * 7)'",
      "  vmfactory template ls",
      "  vmfactory template rollback python 1",
      "  vmfactory template prune --keep 1"
    })
final class TemplateCommand {
  @ParentCommand private VmFactoryCommand root;

  VmFactoryCommand root() {
    return root;
  }

  /** The option for the output. */
  static final class Output {
    @Option(names = "--json", description = "Print the daemon's reply as JSON.")
    private boolean json;

    boolean json() {
      return json;
    }
  }

  /** A template, by name, name with version, or key. */
  static final class Which {
    @Parameters(
        paramLabel = "TEMPLATE",
        description = "Name, name:version, or key (its first 8 or more digits).")
    private String template;

    String template() {
      return template;
    }
  }

  /** Returns how people write a template: its name and version, or its key. */
  static String shown(JsonValue template) {
    String name = template.text("name");
    return name.isEmpty()
        ? Show.shortened(template.text("key"))
        : name + ":" + template.number("version");
  }
}
