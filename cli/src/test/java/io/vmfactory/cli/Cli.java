package io.vmfactory.cli;

import io.vmfactory.configs.Surroundings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Map;

/**
 * The result of one run of the command.
 *
 * @param exit the exit code
 * @param out the standard output
 * @param err the standard error
 */
record Cli(int exit, String out, String err) {
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** Runs the command without environment variables, at {@link #NOW}. */
  static Cli run(Object... args) {
    return run(ContainerAccess.ofThisProcess(), args);
  }

  /** Runs the command with the containers of {@code containers}. */
  static Cli run(ContainerAccess containers, Object... args) {
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    var root =
        new VmFactoryCommand(
            Caller.with(new Surroundings(Map.of("HOME", "/nonexistent"), false)),
            () -> NOW,
            containers);
    int exit =
        Commands.commandLine(root, words)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .setColorScheme(
                picocli.CommandLine.Help.defaultColorScheme(picocli.CommandLine.Help.Ansi.OFF))
            .execute(words);
    return new Cli(exit, out.toString(), err.toString());
  }
}
