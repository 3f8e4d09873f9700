package io.vmfactory.cli;

import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.guest.oci.OciProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for a process in a container. */
final class ProcessOptions {
  private static final Pattern USER = Pattern.compile("(\\d{1,18})(?::(\\d{1,18}))?");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-i", "--interactive"},
      description = "Connect your standard input to the command (default: no input).")
  private boolean interactive;

  @Option(
      names = {"-t", "--tty"},
      description =
          "Allocate a terminal for the command. With -i, your terminal is in raw mode while it"
              + " runs.")
  private boolean tty;

  @Option(
      names = "--env",
      paramLabel = "K=V",
      description =
          "Set an environment variable; without =V, copy it from your environment. May be"
              + " repeated.")
  private List<String> env = new ArrayList<>();

  @Option(
      names = "--workdir",
      paramLabel = "DIR",
      description = "Working directory in the container, an absolute path.")
  private @Nullable String workdir;

  @Option(
      names = "--user",
      paramLabel = "UID[:GID]",
      description = "User and group to run as, by number (default for GID: the UID).")
  private @Nullable String user;

  /** Returns which parts of the user's terminal and input the container's process gets. */
  Session.Attachment attachment(Terminals terminals) {
    boolean raw = tty && interactive && terminals.isTerminal(TerminalStream.IN);
    return new Session.Attachment(interactive, tty, raw);
  }

  /** Throws if the process is to have what a process without a client cannot have. */
  void requireDetachable() {
    if (interactive || tty) {
      throw new ParameterException(
          spec.commandLine(),
          "--detach cannot be combined with -i and -t: a detached container has no input and no"
              + " terminal");
    }
  }

  /** Returns whether the user was given. */
  boolean hasUser() {
    return user != null;
  }

  /** Returns {@code process} with these options applied. */
  OciProcess applyTo(OciProcess process, Caller caller) {
    Map<String, String> environment = caller.surroundings().variables();
    OciProcess applied = process.withTerminal(tty);
    if (tty) {
      applied = onTerminal(applied, environment, caller.terminals().size());
    }
    applied = applied.withEnv(variables(environment));
    applied = workdir == null ? applied : applied.withCwd(workdir);
    return user == null ? applied : withNumericUser(applied, user);
  }

  private static OciProcess onTerminal(
      OciProcess process, Map<String, String> environment, TerminalSize size) {
    OciProcess sized =
        size.isKnown() ? process.withTerminalSize(size.rows(), size.columns()) : process;
    return sized.withEnv(List.of("TERM=" + environment.getOrDefault("TERM", "xterm")));
  }

  private List<String> variables(Map<String, String> environment) {
    List<String> variables = new ArrayList<>();
    for (String given : env) {
      if (given.isEmpty() || given.startsWith("=")) {
        throw new ParameterException(
            spec.commandLine(), "--env '" + given + "' has no name: write NAME=value");
      }
      if (given.contains("=")) {
        variables.add(given);
      } else if (environment.containsKey(given)) {
        variables.add(given + "=" + utf8(given, environment.get(given)));
      }
    }
    return variables;
  }

  private String utf8(String name, String value) {
    if (HostText.isUtf8(value)) {
      return value;
    }
    throw new ParameterException(
        spec.commandLine(), "--env " + name + ": " + Commands.notUtf8(value));
  }

  private OciProcess withNumericUser(OciProcess process, String ids) {
    if (!USER.matcher(ids).matches()) {
      throw new ParameterException(
          spec.commandLine(), "--user is '" + ids + "'; it must be numeric: UID or UID:GID");
    }
    return withUser(process, ids);
  }

  /** Returns {@code process} with the user {@code UID} or {@code UID:GID}. */
  static OciProcess withUser(OciProcess process, String ids) {
    String[] numbers = ids.split(":", 2);
    long uid = Long.parseLong(numbers[0]);
    return process.withUser(uid, numbers.length == 1 ? uid : Long.parseLong(numbers[1]), List.of());
  }
}
