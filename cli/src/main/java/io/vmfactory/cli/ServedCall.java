package io.vmfactory.cli;

import static io.vmfactory.configs.host.TerminalStream.OUT;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.ConfigException;
import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.host.StandardOutput;
import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.runtime.commands.CommandClient;
import io.vmfactory.runtime.commands.CommandRequest;
import io.vmfactory.runtime.containers.Foreground;
import io.vmfactory.runtime.containers.KeptContainer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParseResult;

/**
 * One command line that the runtime service runs for a client. Closing it removes its containers.
 */
final class ServedCall implements AutoCloseable, Terminals {
  private final VmFactoryConfig own;
  private final Foreground foreground;
  private final CommandClient client;
  private final CommandRequest request;
  private final List<KeptContainer> begun = new ArrayList<>();
  private boolean declined;

  ServedCall(VmFactoryConfig own, Foreground foreground, CommandClient client) {
    this.own = own;
    this.foreground = foreground;
    this.client = client;
    this.request = client.request();
  }

  /** Returns the exit code; empty if the client must run the command itself. */
  OptionalInt run() {
    StandardOutput out = StandardOutput.to(new ServedOutput(client, false));
    StandardOutput err = StandardOutput.to(new ServedOutput(client, true));
    Surroundings surroundings = new Surroundings(request.environment(), OwnUser.isRoot());
    Caller caller = new Caller(surroundings, request.directory(), this, this::requireSame);
    ContainerAccess access =
        new ContainerAccess(SandboxRuntime::open, () -> new ServedSession(client), this::begin);
    VmFactoryCommand root = new VmFactoryCommand(caller, WallClock.system(), access);
    String[] words = request.words().toArray(String[]::new);
    int code =
        Commands.commandLine(root, words)
            .setOut(out.writer())
            .setErr(err.writer())
            .setColorScheme(Help.defaultColorScheme(Ansi.valueOf(root.takesControls(OUT))))
            .setExecutionExceptionHandler(this::failed)
            .execute(words);
    if (declined) {
      return OptionalInt.empty();
    }
    int signal = client.signal();
    int whole = StandardOutput.exitCode("vmfactory", code, out, err);
    return OptionalInt.of(signal == 0 ? whole : 128 + signal);
  }

  private int failed(Exception failure, CommandLine commandLine, ParseResult parsed) {
    // A file that has errors is reported by its name as it was typed.
    if (failure instanceof NotServedException || failure instanceof ConfigException) {
      declined = true;
      return Exit.FAILURE.code();
    }
    return ErrorOutput.failure(failure, commandLine, parsed);
  }

  /** A client with another configuration means other folders or another daemon. */
  private void requireSame(LoadedConfig loaded) {
    if (!loaded.config().equals(own)) {
      throw new NotServedException("the configuration differs from that of the service");
    }
  }

  private Begun begin(
      SandboxRuntime runtime, SandboxSpec asked, ContainerSpec wanted, Deadline deadline) {
    KeptContainer kept = foreground.begin(asked, wanted, client.process(), deadline);
    begun.add(kept);
    Sandbox sandbox = kept.sandbox();
    Container container = sandbox.container(kept.name().id(), deadline);
    return Begun.first(container, sandbox);
  }

  @Override
  public boolean isTerminal(TerminalStream stream) {
    return request.stream(stream).terminal();
  }

  @Override
  public TerminalSize size(TerminalStream stream) {
    return request.stream(stream).size();
  }

  /** The container of a client that a stopping service leaves belongs to the next service. */
  @Override
  public void close() {
    if (!client.isAbandoned()) {
      begun.forEach(Foreground::end);
    }
  }
}
