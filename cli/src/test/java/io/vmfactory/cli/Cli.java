package io.vmfactory.cli;

import io.vmfactory.configs.Surroundings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Map;

/**
 * What a run of the command gave.
 *
 * @param exit its exit code
 * @param out its standard output
 * @param err its standard error
 */
record Cli(int exit, String out, String err) {
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  /** Runs the command as root without any environment, at {@link #NOW}. */
  static Cli run(Object... args) {
    return run(Outside.ofThisProcess(), args);
  }

  /** The same, with containers of the test's own. */
  static Cli run(Outside outside, Object... args) {
    String[] words = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      words[i] = args[i].toString();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    var root =
        new VmFactoryCommand(
            new Surroundings(Map.of("HOME", "/nonexistent"), false), () -> NOW, outside);
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
