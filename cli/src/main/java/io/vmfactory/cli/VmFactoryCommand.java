package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.images.RootfsImages;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code vmfactory}: the options that all commands share, and what they select. */
@Command(
    name = "vmfactory",
    description = "Boots a VM once and hands out clones of it that start in milliseconds.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpWidth = 100,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:failure",
      "2:the command line or the configuration is invalid",
      "3:no daemon is running",
      "4:the daemon lacks resources; try again later"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vmfactory demo               a demonstration; leaves nothing behind",
      "  vmfactory serve &            start the daemon",
      "  vmfactory init               build the template",
      "  vmfactory pool wait          wait until VMs are ready in the pools",
      "  vmfactory get --ttl 10m      get a VM for ten minutes",
      "  vmfactory run --rootfs ./rootfs -- echo hello",
      "  vmfactory status             templates, pools, VMs and leases",
      "  vmfactory bench list         list the benchmarks"
    })
final class VmFactoryCommand {
  /** The length of sun_path, unix(7), without the final zero byte. */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Configuration file (default: $VMFACTORY_CONFIG, or the first of the standard places).")
  private @Nullable Path config;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      scope = ScopeType.INHERIT,
      description = "Socket of the daemon (default: factory.sock in run_dir).")
  private @Nullable Path socket;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      scope = ScopeType.INHERIT,
      description =
          "Give up on the daemon after this long (default: default_deadline). Does not limit the"
              + " container.")
  private @Nullable Duration timeout;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "On failure, also print the stack trace.")
  @SuppressWarnings("UnusedVariable") // ErrorOutput asks picocli whether the option was given
  private boolean verbose;

  @Spec private CommandSpec spec;

  private final Caller caller;
  private final WallClock clock;
  private final ContainerAccess access;

  private @Nullable LoadedConfig loaded;

  VmFactoryCommand(Caller caller, WallClock clock, ContainerAccess containers) {
    this.caller = caller;
    this.clock = clock;
    this.access = containers;
  }

  /** Returns the configuration that the options select. */
  LoadedConfig config() {
    if (loaded == null) {
      loaded = new ConfigLoader(surroundings()).load(config);
      caller.allowed().accept(loaded);
    }
    return loaded;
  }

  /** Returns the path of the daemon's socket. */
  Path socket() {
    if (socket == null) {
      return config().config().daemon().socket();
    }
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SOCKET_PATH_BYTES) {
      throw new ParameterException(
          spec.commandLine(),
          "--socket has %d bytes, but the path of a UNIX socket can have at most %d"
              .formatted(bytes, MAX_SOCKET_PATH_BYTES));
    }
    return socket;
  }

  /** Returns a lightweight client of the daemon. */
  DaemonHttp factory() {
    return new DaemonHttp(new HttpJson(socket(), timeout));
  }

  /** Opens the sandboxes of this host. The caller closes the result. */
  SandboxRuntime sandboxes() {
    VmFactoryConfig config = config().config();
    VmFactoryConfig meant =
        socket == null ? config : config.withRuntime(config.runtime().withFactory(socket()));
    return access.runtime().apply(RuntimeSettings.of(meant));
  }

  /** Returns a client of the runtime service. The caller closes it. */
  ContainerCalls containers() {
    return ContainerCalls.open(config().config().runtime().serviceSocket());
  }

  /** Returns the session that connects this process to a container's process. */
  Session session() {
    return access.session().get();
  }

  /** Returns what begins the first process of a container in the foreground. */
  FirstProcess first() {
    return access.first();
  }

  /** Opens the cache of root file system images. */
  RootfsImages images() {
    RuntimeConfig runtime = config().config().runtime();
    return RootfsImages.open(runtime.imageDir(), runtime.imageCacheBytes(), runtime.rootfsBytes());
  }

  /** Returns the deadline of the command: --timeout, or the configured default. */
  Deadline deadline() {
    return Deadline.after(timeout != null ? timeout : config().config().daemon().defaultDeadline());
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  /** Returns the program that called the command. */
  Caller caller() {
    return caller;
  }

  Surroundings surroundings() {
    return caller.surroundings();
  }

  WallClock clock() {
    return clock;
  }

  Instant now() {
    return clock.now();
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Prints text for the user. */
  void print(List<String> lines) {
    lines.stream().map(Show::harmless).forEach(out()::println);
    out().flush();
  }

  /** Prints a table for the user. On a terminal, a line that would be wrapped is cut. */
  void printTable(List<String> lines) {
    int known = caller.terminals().size(TerminalStream.OUT).columns();
    int columns = known == 0 ? Integer.MAX_VALUE : known;
    print(lines.stream().map(line -> Show.cut(line, columns)).toList());
  }

  /** Returns whether control sequences can be written to {@code stream}. */
  boolean takesControls(TerminalStream stream) {
    return TerminalStream.wantsControls(surroundings().variables())
        && caller.terminals().isTerminal(stream);
  }

  void print(String line) {
    print(List.of(line));
  }

  /** Prints JSON for programs. */
  void print(JsonValue json) {
    out().println(json.pretty());
    out().flush();
  }
}
