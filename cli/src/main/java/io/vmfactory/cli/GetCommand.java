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
      "Gets a running VM with its own identity.",
      "It is leased to you until you release it or the lease expires.",
      "With --base: gets a paused VM without a lease. You must end its process and remove its"
          + " folder yourself."
    },
    footer = {
      "  vmfactory get",
      "  vmfactory get --template python             a clone of a template of your own",
      "  vmfactory get --ttl 10m --owner me --hostname web1",
      "  vmfactory get --vcpus 2 --memory 512        hot-plug what the template does not have",
      "  vmfactory get --route WARM                  a VM that is already running, or fail",
      "  vmfactory get --route COLD                  boot a new VM, even if there is a template",
      "  vmfactory get --json | jq -r .vm.endpoints.agent"
    })
final class GetCommand implements Callable<Integer> {
  /** The routes, named as in the API. */
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
      paramLabel = "TEMPLATE",
      description =
          "The template to use: name, name:version, key, or the first 8 or more digits of a key"
              + " (default: one that fits).")
  private @Nullable String template;

  @Mixin private SizeOptions size;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description =
          "End the VM after this long unless the lease is renewed, such as 10m (default:"
              + " default_ttl).")
  private @Nullable Duration ttl;

  @Option(
      names = "--route",
      paramLabel = "ROUTE",
      description = {
        "Allowed route: WARM, SHELL, TEMPLATE or COLD; repeat for an order of preference (default:"
            + " as configured)."
      })
  private List<Route> routes = new ArrayList<>();

  @Option(names = "--hostname", paramLabel = "NAME", description = "Host name of the VM.")
  private @Nullable String hostname;

  @Option(
      names = "--owner",
      paramLabel = "TEXT",
      description = "Owner, for display in vmfactory status.")
  private @Nullable String owner;

  @Option(names = "--base", description = "Get a paused VM without a lease, which you own.")
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
        throw usage(option + " cannot be combined with --base");
      }
    }
    return commonRequest();
  }

  private JsonValue commonRequest() {
    List<String> names = routes.stream().map(Route::name).toList();
    return JsonValue.object()
        .with(isKey() ? "templateKey" : "template", template)
        .with("routes", names.isEmpty() ? null : JsonValue.texts(names));
  }

  /** Names of templates cannot look like this. */
  private boolean isKey() {
    return template != null && template.matches("[0-9a-f]{8,64}");
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
