package io.vmfactory.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
      "  vmfactory get --route COLD                  boot it, even if there is a template",
      "  vmfactory get --json | jq -r .vm.endpoints.agent"
    })
final class GetCommand implements Callable<Integer> {
  private static final int MAX_VCPUS = 240;
  private static final int MIN_MEMORY_MIB = 64;
  private static final int MAX_MEMORY_MIB = 1 << 20;

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

  @Option(names = "--vcpus", paramLabel = "N", description = "vCPUs, 1..240; else as configured.")
  private @Nullable Integer vcpus;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "Memory in MiB, 64..1048576; else as configured.")
  private @Nullable Integer memoryMib;

  @Option(
      names = "--ttl",
      paramLabel = "SPAN",
      description = "How long it lives unless renewed, such as 10m; else as configured.")
  private @Nullable Duration ttl;

  @Option(
      names = "--route",
      paramLabel = "ROUTE",
      description = "How it may be made: TEMPLATE or COLD. Repeat it for a choice, in order.")
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
    checkRange("--vcpus", vcpus, 1, MAX_VCPUS);
    checkRange("--memory", memoryMib, MIN_MEMORY_MIB, MAX_MEMORY_MIB);
    Json reply = base ? root.factory().baseVm(baseRequest()) : root.factory().vm(request());
    if (json) {
      root.print(reply);
    } else {
      root.print(VmView.lines(reply, root.now()));
    }
    return Exit.OK.code();
  }

  private Json request() {
    return commonRequest()
        .with("vcpus", vcpus)
        .with("memoryMib", memoryMib)
        .with("leaseTtl", ttl == null ? null : Show.proto(ttl))
        .with("hostname", hostname)
        .with("owner", owner);
  }

  private Json baseRequest() {
    for (String option : List.of("--vcpus", "--memory", "--ttl", "--hostname", "--owner")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw usage(option + " has no meaning for a base VM: leave it out, or --base");
      }
    }
    return commonRequest();
  }

  private Json commonRequest() {
    List<String> names = routes.stream().map(Route::name).toList();
    return Json.object()
        .with("templateKey", template)
        .with("routes", names.isEmpty() ? null : Json.texts(names));
  }

  private void checkRange(String option, @Nullable Integer value, int min, int max) {
    if (value != null && (value < min || value > max)) {
      throw usage("%s is %d, must be %d..%d".formatted(option, value, min, max));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
