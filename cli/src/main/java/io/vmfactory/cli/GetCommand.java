package io.vmfactory.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vmfactory get} */
@Command(
    name = "get",
    description = {
      "Gets a VM: running, unique, its agent answering, yours until the lease ends.",
      "With --base: paused and yours for good; you end its process and remove its folder."
    },
    footer = {
      "  vmfactory get",
      "  vmfactory get --ttl 10m --owner me --hostname web1",
      "  vmfactory get --vcpus 2 --memory 512        more than the template has is plugged in",
      "  vmfactory get --route WARM                  one that is up already, or none",
      "  vmfactory get --route COLD                  boot it, even if there is a template",
      "  vmfactory get --json | jq -r .vm.endpoints.agent"
    })
final class GetCommand implements Callable<Integer> {
  /** Words of the wire. */
  enum Route {
    WARM,
    SHELL,
    TEMPLATE,
    COLD
  }

  @ParentCommand private VmFactoryCommand root;
  @Spec private CommandSpec spec;

  @Option(
      names = "--template",
      paramLabel = "KEY",
      description = "A template's key, or its first 8 digits or more; else whichever fits.")
  private @Nullable String template;

  @Mixin private SizeOptions size;

  @Option(
      names = "--ttl",
      paramLabel = "SPAN",
      description = "How long it lives unless renewed, such as 10m; else as configured.")
  private @Nullable Duration ttl;

  @Option(
      names = "--route",
      paramLabel = "ROUTE",
      description = {
        "How it may be made: WARM, SHELL, TEMPLATE or COLD. Repeat it for a choice, in order;",
        "else as configured."
      })
  private List<Route> routes = new ArrayList<>();

  @Option(names = "--hostname", paramLabel = "NAME", description = "Its host name.")
  private @Nullable String hostname;

  @Option(names = "--owner", paramLabel = "TEXT", description = "Shown in status.")
  private @Nullable String owner;

  @Option(names = "--base", description = "A paused VM, given away for good, without a lease.")
  private boolean base;

  @Option(names = "--json", description = "Print the daemon's reply as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    JsonValue reply = base ? root.factory().baseVm(baseRequest()) : root.factory().vm(request());
    if (json) {
      root.print(reply);
    } else {
      root.print(VmText.lines(reply, root.now()));
    }
    return Exit.OK.code();
  }

  private JsonValue request() {
    return commonRequest()
        .with("vcpus", size.vcpus())
        .with("memoryMib", size.memoryMib())
        .with("leaseTtl", ttl == null ? null : Show.proto(ttl))
        .with("hostname", hostname)
        .with("owner", owner);
  }

  private JsonValue baseRequest() {
    for (String option : List.of("--vcpus", "--memory", "--ttl", "--hostname", "--owner")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw usage(option + " has no meaning for a base VM: leave it out, or --base");
      }
    }
    return commonRequest();
  }

  private JsonValue commonRequest() {
    List<String> names = routes.stream().map(Route::name).toList();
    return JsonValue.object()
        .with("templateKey", template)
        .with("routes", names.isEmpty() ? null : JsonValue.texts(names));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
