package io.vmfactory.cli;

import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.ConfigLoader;
import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.VmFactoryConfig;
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

/** {@code vmfactory}: the options that every command takes, and what they lead to. */
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
      "2:the command line or the configuration cannot be used",
      "3:no daemon is running",
      "4:refused for lack of resources"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  vmfactory demo               see all of it at work, then gone again",
      "  vmfactory serve &            start the daemon",
      "  vmfactory init               build the template",
      "  vmfactory pool wait          until VMs are ready to be handed out",
      "  vmfactory get --ttl 10m      get a VM for ten minutes",
      "  vmfactory run --rootfs ./rootfs -- echo hello",
      "  vmfactory status             what there is",
      "  vmfactory bench list         what can be measured on this machine"
    })
final class VmFactoryCommand {
  /** sun_path, unix(7), without its final zero. */
  private static final int MAX_SOCKET_PATH_BYTES = 107;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Configuration; else $VMFACTORY_CONFIG, else the usual places, else defaults.")
  private @Nullable Path config;

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      scope = ScopeType.INHERIT,
      description = "The daemon's socket; else the one in the configuration's run_dir.")
  private @Nullable Path socket;

  @Option(
      names = "--timeout",
      paramLabel = "SPAN",
      scope = ScopeType.INHERIT,
      description = "How long the daemon may take, such as 10s; else as it is configured.")
  private @Nullable Duration timeout;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "With a failure, show where in the program it came from.")
  private boolean verbose;

  @Spec private CommandSpec spec;

  private final Surroundings surroundings;
  private final WallClock clock;
  private final Outside outside;

  VmFactoryCommand(Surroundings surroundings, WallClock clock, Outside outside) {
    this.surroundings = surroundings;
    this.clock = clock;
    this.outside = outside;
  }

  /** The configuration that the options name. */
  LoadedConfig config() {
    return new ConfigLoader(surroundings).load(config);
  }

  /** Where the daemon listens. */
  Path socket() {
    if (socket == null) {
      return config().config().daemon().socket();
    }
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SOCKET_PATH_BYTES) {
      throw new ParameterException(
          spec.commandLine(),
          "--socket has %d bytes, a UNIX socket's path at most %d"
              .formatted(bytes, MAX_SOCKET_PATH_BYTES));
    }
    return socket;
  }

  /** The daemon, the light way. */
  Factory factory() {
    return new Factory(new HttpJson(socket(), timeout));
  }

  /** The sandboxes of this host; the caller closes it. */
  SandboxRuntime sandboxes() {
    VmFactoryConfig config = config().config();
    VmFactoryConfig meant =
        socket == null ? config : config.withRuntime(config.runtime().withFactory(socket()));
    return outside.runtime().apply(RuntimeSettings.of(meant));
  }

  /** This process, to stand for one in a container. */
  Session session() {
    return outside.session().get();
  }

  /** Images of root file systems. */
  RootfsImages images() {
    RuntimeConfig runtime = config().config().runtime();
    return RootfsImages.open(runtime.imageDir(), runtime.imageCacheBytes(), runtime.rootfsBytes());
  }

  /** When what was asked for must be done: --timeout, else as it is configured. */
  Deadline deadline() {
    return Deadline.after(timeout != null ? timeout : config().config().daemon().defaultDeadline());
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  Surroundings surroundings() {
    return surroundings;
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

  /** For people. */
  void print(List<String> lines) {
    lines.stream().map(Show::harmless).forEach(out()::println);
    out().flush();
  }

  void print(String line) {
    print(List.of(line));
  }

  /** For programs. */
  void print(JsonValue json) {
    out().println(json.pretty());
    out().flush();
  }
}
