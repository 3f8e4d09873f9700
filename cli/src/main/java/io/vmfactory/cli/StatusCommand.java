package io.vmfactory.cli;

import io.vmfactory.configs.host.TerminalStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vmfactory status} */
@Command(
    name = "status",
    description = {
      "Shows the daemon's templates, pools, VMs, leases and recent failures.",
      "The last line is \"vm factory is on\" when a usable template of the configured shape exists,"
          + " else \"vm factory is off\"."
    },
    footer = {
      "  vmfactory status",
      "  vmfactory status --memory           also measure the memory of each VM",
      "  vmfactory status --watch            repeat every 2 seconds until Ctrl-C",
      "  vmfactory status --watch 10 >>log   append a block every 10 seconds",
      "  vmfactory status --json | jq .vms"
    })
final class StatusCommand implements Callable<Integer> {
  private static final int LONGEST_PAUSE_SECONDS = 86_400;

  /** With --watch, a daemon that takes longer than this counts as not answering. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @ParentCommand private VmFactoryCommand root;
  @Spec private CommandSpec spec;

  @Option(
      names = "--memory",
      description = "Also measure the memory of each VM (about 1 ms per VM).")
  private boolean memory;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "2",
      description = "Repeat every so many seconds (default: 2), in place on a terminal.")
  private @Nullable Integer seconds;

  @Option(names = "--json", description = "Print the daemon's reply as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (seconds != null) {
      watch(pause(seconds));
      return Exit.OK.code();
    }
    try {
      show(root.factory().status(memory));
    } catch (CliException e) {
      if (e.exit() == Exit.NOT_RUNNING && !json) {
        root.print(StatusView.lastLine(false));
      }
      throw e;
    }
    return Exit.OK.code();
  }

  private void show(JsonValue reply) {
    if (json) {
      root.print(reply);
    } else {
      root.printTable(StatusView.lines(reply, root.now()));
    }
  }

  private Duration pause(int wanted) {
    if (wanted < 1 || wanted > LONGEST_PAUSE_SECONDS) {
      throw usage("--watch is %d; it must be 1..%d".formatted(wanted, LONGEST_PAUSE_SECONDS));
    }
    if (json) {
      throw usage("--watch and --json cannot be combined");
    }
    return Duration.ofSeconds(wanted);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void watch(Duration pause) {
    Duration timeout = root.timeout();
    DaemonHttp factory =
        new DaemonHttp(new HttpJson(root.socket(), timeout == null ? PATIENCE : timeout));
    StatusPages pages =
        root.takesControls(TerminalStream.OUT)
            ? StatusPages.inPlace(root.out(), () -> TerminalStream.OUT.lines(Integer.MAX_VALUE))
            : StatusPages.appended(root.out());
    try (StopRequest interruption = new StopRequest(pages::end)) {
      new StatusWatch(() -> page(factory), root::now, pages).run(pause, interruption::await);
    }
  }

  private List<String> page(DaemonHttp factory) {
    return StatusView.lines(factory.status(memory), root.now());
  }
}
