package io.vmfactory.configs.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The words and the environment that this process was started with, as {@link HostText}. Read from
 * /proc, because the JVM decodes its own copies by the locale.
 */
public final class HostWords {
  /**
   * The prefix under which the launcher keeps a variable of its caller that would change the JVM
   * itself, such as JAVA_TOOL_OPTIONS.
   */
  private static final String KEPT = "VMFACTORY_CALLER_";

  /** The variables that the launcher keeps so. */
  private static final List<String> SET_ASIDE =
      List.of(
          "LC_ALL",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "_JAVA_OPTIONS",
          "_JAVA_LAUNCHER_DEBUG",
          "MALLOC_ARENA_MAX");

  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final Path ENVIRONMENT = Path.of("/proc/self/environ");

  private HostWords() {}

  /**
   * Returns the arguments of the main method, undecoded.
   *
   * @param args the arguments as the JVM decoded them
   */
  public static String[] arguments(String... args) {
    try {
      return arguments(Files.readAllBytes(COMMAND_LINE), args);
    } catch (IOException e) {
      return args;
    }
  }

  static String[] arguments(byte[] commandLine, String... args) {
    List<String> words = split(commandLine);
    if (words.size() < args.length) {
      return args;
    }
    return words.subList(words.size() - args.length, words.size()).toArray(String[]::new);
  }

  /** Returns the environment of the program that called the launcher. */
  public static Map<String, String> environment() {
    try {
      return environment(Files.readAllBytes(ENVIRONMENT));
    } catch (IOException e) {
      return callers(System.getenv());
    }
  }

  static Map<String, String> environment(byte[] block) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String variable : split(block)) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        variables.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return callers(variables);
  }

  /** Undoes what the launcher did to the environment, if a launcher did. */
  private static Map<String, String> callers(Map<String, String> variables) {
    Map<String, String> callers = new LinkedHashMap<>(variables);
    if (variables.containsKey("VMFACTORY_LAUNCHER")) {
      for (String name : SET_ASIDE) {
        String kept = callers.remove(KEPT + name);
        if (kept == null) {
          callers.remove(name);
        } else {
          callers.put(name, kept);
        }
      }
    }
    return callers;
  }

  /** Splits a block in which each text ends with a NUL. */
  private static List<String> split(byte[] block) {
    List<String> texts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < block.length; i++) {
      if (block[i] == 0) {
        texts.add(HostText.of(Arrays.copyOfRange(block, start, i)));
        start = i + 1;
      }
    }
    return texts;
  }
}
