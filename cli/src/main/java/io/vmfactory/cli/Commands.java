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

/** All commands by name, put together for picocli. */
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

  /** Commands that need to see all others. */
  private static final Set<String> ABOUT_ALL = Set.of("help", "generate-completion");

  /** Commands whose line ends with another one's, which is none of our business. */
  private static final Set<String> BEFORE_ANOTHER = Set.of("run", "exec");

  private Commands() {}

  /** Whether {@code args} start the daemon. */
  static boolean isServe(String... args) {
    return Arrays.stream(args)
        .takeWhile(word -> !BEFORE_ANOTHER.contains(word))
        .anyMatch("serve"::equals);
  }

  /** Every command's name, in the order of the help. */
  static Set<String> names() {
    return Collections.unmodifiableSet(ALL.keySet());
  }

  /**
   * A command line that understands {@code args}. Holds only the commands that they name, where
   * they begin with one: reflecting over all of them would double a short command's time.
   */
  static CommandLine commandLine(VmFactoryCommand root, String... args) {
    CommandLine commandLine = new CommandLine(root);
    named(args).forEach(name -> commandLine.addSubcommand(name, ALL.get(name).get()));
    BEFORE_ANOTHER.stream()
        .map(commandLine.getSubcommands()::get)
        .filter(Objects::nonNull)
        .forEach(command -> command.setStopAtPositional(true));
    return commandLine
        .registerConverter(Duration.class, Commands::duration)
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

  private static Duration duration(String text) {
    Optional<Duration> span = Units.duration(text);
    return span.filter(value -> !value.isZero())
        .orElseThrow(
            () ->
                new CommandLine.TypeConversionException(
                    "'" + text + "' is no span: write " + Units.DURATION_FORM));
  }
}
