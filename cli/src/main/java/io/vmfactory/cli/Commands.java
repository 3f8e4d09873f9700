package io.vmfactory.cli;

import io.vmfactory.configs.Units;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Registers all commands with picocli, by name. */
final class Commands {
  private static final Map<String, Supplier<Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("serve", ServeCommand::new);
    ALL.put("init", InitCommand::new);
    ALL.put("destroy", DestroyCommand::new);
    ALL.put("status", StatusCommand::new);
    ALL.put("get", GetCommand::new);
    ALL.put("pool", PoolCommand::new);
    ALL.put("renew", RenewCommand::new);
    ALL.put("release", ReleaseCommand::new);
    ALL.put("run", RunCommand::new);
    ALL.put("exec", ExecCommand::new);
    ALL.put("ps", PsCommand::new);
    ALL.put("kill", KillCommand::new);
    ALL.put("stats", StatsCommand::new);
    ALL.put("sandbox", SandboxCommand::new);
    ALL.put("check", CheckCommand::new);
    ALL.put("demo", DemoCommand::new);
    ALL.put("help", CommandLine.HelpCommand::new);
    ALL.put("generate-completion", AutoComplete.GenerateCompletion::new);
  }

  /** The commands that describe all other commands. */
  private static final Set<String> ABOUT_ALL = Set.of("help", "generate-completion");

  /**
   * The commands whose arguments end with a command for the container. Its words are not parsed
   * here.
   */
  private static final Set<String> BEFORE_ANOTHER = Set.of("run", "exec");

  private Commands() {}

  /** Returns whether {@code args} start the daemon. */
  static boolean isServe(String... args) {
    return Arrays.stream(args)
        .takeWhile(word -> !BEFORE_ANOTHER.contains(word))
        .anyMatch("serve"::equals);
  }

  /** Returns the name of every command, in the order of the help text. */
  static Set<String> names() {
    return Collections.unmodifiableSet(ALL.keySet());
  }

  /**
   * Returns a command line that can parse {@code args}. If they start with a command, only the
   * commands that they name are registered: reflection over all of them would double the run time
   * of a short command.
   */
  static CommandLine commandLine(VmFactoryCommand root, String... args) {
    CommandLine commandLine = new CommandLine(root);
    named(args).forEach(name -> commandLine.addSubcommand(name, ALL.get(name).get()));
    BEFORE_ANOTHER.stream()
        .map(commandLine.getSubcommands()::get)
        .filter(Objects::nonNull)
        .forEach(command -> command.setStopAtPositional(true));
    // Named once: JDK 17 crashes when it archives classes and two such method references are alike.
    CommandLine.ITypeConverter<Integer> wholeNumber = Commands::wholeNumber;
    return commandLine
        .registerConverter(Duration.class, Commands::duration)
        .registerConverter(Integer.class, wholeNumber)
        .registerConverter(int.class, wholeNumber)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(ErrorOutput::usage)
        .setExecutionExceptionHandler(ErrorOutput::failure);
  }

  private static Set<String> named(String... args) {
    List<String> words = Arrays.asList(args);
    Set<String> named = new LinkedHashSet<>(ALL.keySet());
    named.retainAll(words);
    boolean optionFirst = args.length > 0 && args[0].startsWith("-");
    boolean all = optionFirst || named.isEmpty() || named.stream().anyMatch(ABOUT_ALL::contains);
    return all ? ALL.keySet() : named;
  }

  private static Integer wholeNumber(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new CommandLine.TypeConversionException("'" + text + "' is not a whole number");
    }
  }

  private static Duration duration(String text) {
    Optional<Duration> span = Units.duration(text);
    return span.filter(value -> !value.isZero())
        .orElseThrow(
            () ->
                new CommandLine.TypeConversionException(
                    "'" + text + "' is not a duration: write " + Units.DURATION_FORM));
  }
}
