package io.vmfactory.cli;

import io.vmfactory.configs.Units;
import io.vmfactory.configs.host.HostText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Registers all commands with picocli, by name. */
final class Commands {
  private static final Map<String, Supplier<Object>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("serve", ServeCommand::new);
    ALL.put("init", InitCommand::new);
    ALL.put("destroy", DestroyCommand::new);
    ALL.put("status", StatusCommand::new);
    ALL.put("template", TemplateCommand::new);
    ALL.put("get", GetCommand::new);
    ALL.put("pool", PoolCommand::new);
    ALL.put("renew", RenewCommand::new);
    ALL.put("release", ReleaseCommand::new);
    ALL.put("run", RunCommand::new);
    ALL.put("exec", ExecCommand::new);
    ALL.put("attach", AttachCommand::new);
    ALL.put("wait", WaitCommand::new);
    ALL.put("stop", StopCommand::new);
    ALL.put("inspect", InspectCommand::new);
    ALL.put("rm", RemoveCommand::new);
    ALL.put("fork", ForkCommand::new);
    ALL.put("pause", PauseCommand::new);
    ALL.put("suspend", SuspendCommand::new);
    ALL.put("resume", ResumeCommand::new);
    ALL.put("ps", PsCommand::new);
    ALL.put("kill", KillCommand::new);
    ALL.put("stats", StatsCommand::new);
    ALL.put("sandbox", SandboxCommand::new);
    ALL.put("runtime", RuntimeCommand::new);
    ALL.put("check", CheckCommand::new);
    ALL.put("install", InstallCommand::new);
    ALL.put("demo", DemoCommand::new);
    ALL.put("bench", BenchCommand::new);
    ALL.put("help", CommandLine.HelpCommand::new);
    ALL.put("generate-completion", CompletionCommand::new);
  }

  /** The commands that describe all other commands. */
  private static final Set<String> ABOUT_ALL = Set.of("help", "generate-completion");

  /**
   * The commands whose arguments end with a command for the container. Its words are not parsed
   * here.
   */
  private static final Set<String> BEFORE_ANOTHER = Set.of("run", "exec");

  /** The options of all commands that take a value. */
  private static final Set<String> WITH_VALUE = Set.of("--config", "--socket", "--timeout");

  private static final Set<String> HELP = Set.of("-h", "--help", "-V", "--version");

  private Commands() {}

  /** Returns whether {@code args} start the daemon or the runtime service. */
  static boolean isServe(String... args) {
    String verb = verb(args);
    return "serve".equals(verb)
        || ("runtime".equals(verb) && Arrays.asList(args).contains("serve"));
  }

  /**
   * Returns the first word that is neither an option nor the value of one. Only this word can be a
   * command; the same word in another place is a name or an argument of the user's. The launcher
   * looks for it in the same way.
   */
  static @Nullable String verb(String... args) {
    for (int i = 0; i < args.length; i++) {
      if (!args[i].startsWith("-")) {
        return args[i];
      }
      i += WITH_VALUE.contains(args[i]) ? 1 : 0;
    }
    return null;
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
    named(args)
        .forEach(
            name -> commandLine.addSubcommand(name, Objects.requireNonNull(ALL.get(name)).get()));
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
        .registerConverter(Path.class, text -> path(root.caller().file(text)))
        .registerConverter(
            ReadOnlyVolume.class, text -> ReadOnlyVolume.parse(text, root.caller()::file))
        .registerConverter(String.class, Commands::utf8)
        .setExpandAtFiles(false) // a word that begins with @ is a word, such as @types/node
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(ErrorOutput::usage)
        .setExecutionExceptionHandler(ErrorOutput::failure);
  }

  private static Set<String> named(String... args) {
    String verb = verb(args);
    boolean all = verb == null || !ALL.containsKey(verb) || ABOUT_ALL.contains(verb);
    return all || asksForHelpFirst(args) ? ALL.keySet() : Set.of(verb);
  }

  /** The help text of vmfactory itself lists all commands. */
  private static boolean asksForHelpFirst(String... args) {
    return Arrays.stream(args).takeWhile(word -> word.startsWith("-")).anyMatch(HELP::contains);
  }

  private static Integer wholeNumber(String text) {
    try {
      return Units.wholeNumber(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(e.getMessage());
    }
  }

  private static Path path(String text) {
    if (text.isEmpty()) {
      throw new CommandLine.TypeConversionException("the name of a file cannot be empty");
    }
    return HostText.path(text);
  }

  /** Everything but the name of a file travels as text, which is UTF-8. */
  private static String utf8(String text) {
    if (HostText.isUtf8(text)) {
      return text;
    }
    throw new CommandLine.TypeConversionException(notUtf8(text));
  }

  /** Says why {@code text}, which has bytes outside UTF-8, cannot be used. */
  static String notUtf8(String text) {
    return "'"
        + HostText.shown(text)
        + "' is not UTF-8: arguments and variables of a container must be, as an OCI specification"
        + " is; only the names of files may have any bytes";
  }

  private static Duration duration(String text) {
    Duration span =
        Units.duration(text)
            .orElseThrow(
                () ->
                    new CommandLine.TypeConversionException(
                        "'" + text + "' is not a duration: write " + Units.DURATION_FORM));
    if (span.isZero()) {
      throw new CommandLine.TypeConversionException("'" + text + "' is too short: at least 1ms");
    }
    return span;
  }
}
