package io.vmfactory.cli;

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
      "Shows what the daemon holds and what went wrong lately.",
      "The last line is \"vm factory is on\" when a usable template of the configured shape exists,"
          + " else \"vm factory is off\"."
    },
    footer = {
      "  vmfactory status",
      "  vmfactory status --memory           measure each VM's memory, too",
      "  vmfactory status --watch            again every 2 seconds, until Ctrl-C",
      "  vmfactory status --watch 10 >>log   one block every 10 seconds",
      "  vmfactory status --json | jq .vms"
    })
final class StatusCommand implements Callable<Integer> {
  private static final int LONGEST_PAUSE_SECONDS = 86_400;

  /** With --watch, a daemon that answers no faster counts as away. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @ParentCommand private VmFactoryCommand root;
  @Spec private CommandSpec spec;

  @Option(names = "--memory", description = "Measure the memory of each VM (about 1 ms each).")
  private boolean memory;

  @Option(
      names = "--watch",
      paramLabel = "SECONDS",
      arity = "0..1",
      fallbackValue = "2",
      description = "Show it again every so many seconds (2 unless said), in place on a terminal.")
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
      root.print(StatusView.lines(reply, root.now()));
    }
  }

  private Duration pause(int wanted) {
    if (wanted < 1 || wanted > LONGEST_PAUSE_SECONDS) {
      throw usage("--watch is %d, must be 1..%d".formatted(wanted, LONGEST_PAUSE_SECONDS));
    }
    if (json) {
      throw usage("--watch is for people, --json for programs: leave one out");
    }
    return Duration.ofSeconds(wanted);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void watch(Duration pause) {
    Duration timeout = root.timeout();
    Factory factory =
        new Factory(new HttpJson(root.socket(), timeout == null ? PATIENCE : timeout));
    Pages pages =
        Terminal.showsOutput()
            ? Pages.inPlace(root.out(), Terminal::height)
            : Pages.appended(root.out());
    try (StopWish interruption = new StopWish(pages::end)) {
      new StatusWatch(() -> page(factory), root::now, pages).run(pause, interruption::await);
    }
  }

  private List<String> page(Factory factory) {
    return StatusView.lines(factory.status(memory), root.now());
  }
}
