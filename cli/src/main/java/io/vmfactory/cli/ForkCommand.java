package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxFork;
import io.vmfactory.client.sandbox.SandboxRuntime;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory fork} */
@Command(
    name = "fork",
    description = {
      "Makes clones of a running sandbox or leased VM, with all its processes, memory and drives.",
      "The source runs on. Each clone has its own lease, host name, machine id and random numbers;"
          + " what its programs hold in memory is the source's (docs/snapshots.md).",
      "A clone ends when its lease expires: vmfactory renew LEASE extends it."
    },
    footer = {
      "  vmfactory fork web1                a clone of sandbox web1; its id is printed",
      "  vmfactory fork web1 -n 5 --ttl 1h",
      "  vmfactory fork 0f3c…               a clone of the VM of this lease",
      "  vmfactory exec $(vmfactory fork web1 --json | jq -r .clones[0].sandbox) ps"
    })
final class ForkCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(
      paramLabel = "SANDBOX|LEASE",
      description = "Id of a sandbox, or lease id as printed by vmfactory get.")
  private String source;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "Number of clones, 1 to 32 (default: 1).")
  private int count = 1;

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description =
          "End each clone after this long unless its lease is renewed, such as 10m (default:"
              + " default_ttl).")
  private @Nullable Duration ttl;

  @Option(names = "--json", description = "Print the clones as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try (SandboxRuntime runtime = root.sandboxes()) {
      if (LeaseOrSandbox.isSandbox(source, runtime, root.deadline())) {
        show(shown(() -> runtime.fork(source, count, ttl, root.deadline())));
        return Exit.OK.code();
      }
    }
    show(shown(() -> root.factory().fork(source, request())));
    return Exit.OK.code();
  }

  /** Either all clones are made or none, so they are one piece of work. */
  private <T> T shown(Supplier<T> work) {
    try (WorkProgress progress = WorkProgress.of(root, "fork", 1)) {
      progress.begin(source);
      T result = work.get();
      progress.done();
      return result;
    }
  }

  private void show(SandboxFork fork) {
    if (json) {
      JsonValue clones = JsonValue.array(fork.clones().stream().map(ForkCommand::json).toList());
      long micros = fork.pause().toNanos() / 1000;
      root.print(JsonValue.object().with("clones", clones).with("pauseMicros", micros));
      return;
    }
    TextTable table = new TextTable("SANDBOX", "LEASE");
    fork.clones().forEach(clone -> table.row(clone.id(), clone.leaseId()));
    root.printTable(table.lines(0));
    root.print(paused(fork.pause().toNanos() / 1000));
  }

  private static JsonValue json(SandboxFork.Clone clone) {
    return JsonValue.object().with("sandbox", clone.id()).with("lease", clone.leaseId());
  }

  private JsonValue request() {
    return JsonValue.object()
        .with("count", count)
        .with("leaseTtl", ttl == null ? null : Show.proto(ttl));
  }

  private void show(JsonValue reply) {
    if (json) {
      root.print(reply);
      return;
    }
    TextTable table = new TextTable("VM", "LEASE", "AGENT");
    for (JsonValue fork : reply.list("forks")) {
      JsonValue vm = fork.get("vm");
      table.row(vm.text("id"), fork.get("lease").text("id"), vm.get("endpoints").text("agent"));
    }
    root.printTable(table.lines(0));
    root.print(paused(reply.number("pauseMicros")));
  }

  private static String paused(long micros) {
    return "the source stood still for " + Show.micros(micros);
  }
}
