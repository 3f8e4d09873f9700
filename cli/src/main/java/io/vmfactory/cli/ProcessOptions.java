package io.vmfactory.cli;

import io.vmfactory.guest.oci.OciProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a process in a container is to be, as options. */
final class ProcessOptions {
  private static final Pattern USER = Pattern.compile("(\\d{1,10})(?::(\\d{1,10}))?");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-i", "--interactive"},
      description = "Give it our standard input; else it has none.")
  private boolean interactive;

  @Option(
      names = {"-t", "--tty"},
      description = "Give it a terminal; with -i, ours goes into raw mode meanwhile.")
  private boolean tty;

  @Option(
      names = "--env",
      paramLabel = "K=V",
      description = "Set a variable; without =V, to what it is here. May be repeated.")
  private List<String> env = new ArrayList<>();

  @Option(names = "--workdir", paramLabel = "DIR", description = "Where it begins, absolute.")
  private @Nullable String workdir;

  @Option(
      names = "--user",
      paramLabel = "UID[:GID]",
      description = "Who it runs as, by number; without a GID, the same as the UID.")
  private @Nullable String user;

  /** What of ours the process is given. */
  Session.Attachment attachment() {
    boolean raw = tty && interactive && Terminal.givesInput();
    return new Session.Attachment(interactive, tty, raw);
  }

  /** {@code process} as these options want it. */
  OciProcess applyTo(OciProcess process, Map<String, String> environment) {
    OciProcess applied = process.withTerminal(tty);
    if (tty) {
      applied = onTerminal(applied, environment);
    }
    applied = applied.withEnv(variables(environment));
    applied = workdir == null ? applied : applied.withCwd(workdir);
    return user == null ? applied : withUser(applied, user);
  }

  private static OciProcess onTerminal(OciProcess process, Map<String, String> environment) {
    TerminalSize size = RawTerminal.size();
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
        variables.add(given + "=" + environment.get(given));
      }
    }
    return variables;
  }

  private OciProcess withUser(OciProcess process, String ids) {
    Matcher numbers = USER.matcher(ids);
    if (!numbers.matches()) {
      throw new ParameterException(
          spec.commandLine(), "--user is '" + ids + "', must be numbers: UID or UID:GID");
    }
    long uid = Long.parseLong(numbers.group(1));
    String gid = numbers.group(2);
    return process.withUser(uid, gid == null ? uid : Long.parseLong(gid), List.of());
  }
}
