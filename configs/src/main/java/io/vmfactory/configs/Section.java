package io.vmfactory.configs;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/**
 * One table of a {@link Document}, read key by key. An unusable value is recorded as a problem and
 * its default is returned, so that reading continues and finds all problems.
 */
final class Section {
  private final Document document;
  private final List<String> name;
  private final Problems problems;

  Section(Document document, List<String> name, Problems problems) {
    this.document = document;
    this.name = name;
    this.problems = problems;
  }

  /**
   * Reads each table of a list of tables, written as {@code [[name.key]]}, and reports the keys in
   * it that {@code reader} does not read.
   */
  <T> List<T> tables(String key, Function<Section, T> reader) {
    List<T> read = new ArrayList<>();
    for (Document table : document.tables(path(key))) {
      read.add(reader.apply(new Section(table, List.of(), problems)));
      table.reportUnknown();
    }
    return read;
  }

  boolean flag(String key, boolean otherwise) {
    return value(key, Boolean.class, "true or false").orElse(otherwise);
  }

  int number(String key, int otherwise, int min, int max) {
    Optional<Long> value = value(key, Long.class, "a whole number");
    if (value.isPresent() && (value.get() < min || value.get() > max)) {
      return refuse(key, "is %d, must be %d..%d".formatted(value.get(), min, max), otherwise);
    }
    return value.map(Long::intValue).orElse(otherwise);
  }

  /** Returns whether the file sets {@code key}. */
  boolean isSet(String key) {
    return document.value(path(key)) != null;
  }

  /** Returns whether the file sets {@code key} to 0. */
  boolean isZero(String key) {
    return Long.valueOf(0).equals(document.value(path(key)));
  }

  /** Returns a whole number, or empty for {@code word}, which is the default. */
  Optional<Integer> numberOrWord(String key, String word, int min, int max) {
    Object value = document.value(path(key));
    if (value == null || word.equals(value)) {
      return Optional.empty();
    }
    if (value instanceof Long number && number >= min && number <= max) {
      return Optional.of(number.intValue());
    }
    String form = "must be %d..%d or \"%s\"".formatted(min, max, word);
    return refuse(key, "is " + shown(value) + ", " + form, Optional.empty());
  }

  /** Returns a number with decimals. */
  double fraction(String key, double otherwise, double min, double max) {
    Optional<Number> value = value(key, Number.class, "a number");
    if (value.isPresent()
        && !(value.get().doubleValue() >= min && value.get().doubleValue() <= max)) {
      return refuse(key, "is %s, must be %s..%s".formatted(value.get(), min, max), otherwise);
    }
    return value.map(Number::doubleValue).orElse(otherwise);
  }

  Duration duration(String key, Duration otherwise, Duration min, Duration max) {
    String range = Units.text(min) + ".." + Units.text(max);
    return duration(key, otherwise, s -> s.compareTo(min) >= 0 && s.compareTo(max) <= 0, range);
  }

  /** Returns a duration as {@link #duration} reads it, or zero, which means never. */
  Duration durationOrZero(String key, Duration otherwise, Duration min, Duration max) {
    String range = "0s (never) or " + Units.text(min) + ".." + Units.text(max);
    return duration(
        key, otherwise, s -> s.isZero() || (s.compareTo(min) >= 0 && s.compareTo(max) <= 0), range);
  }

  private Duration duration(
      String key, Duration otherwise, Predicate<Duration> allowed, String range) {
    return text(key)
        .map(
            text -> {
              Optional<Duration> span = Units.duration(text);
              String form = span.isEmpty() ? Units.DURATION_FORM : range;
              return span.filter(allowed)
                  .orElseGet(() -> refuse(key, "is \"" + text + "\", must be " + form, otherwise));
            })
        .orElse(otherwise);
  }

  long bytes(String key, long otherwise, long min, long max) {
    return text(key)
        .map(
            text -> {
              Optional<Long> bytes = Units.bytes(text);
              if (bytes.isEmpty()) {
                return refuse(key, "is \"" + text + "\", must be " + Units.BYTES_FORM, otherwise);
              }
              if (bytes.get() < min || bytes.get() > max) {
                return refuse(key, outside(text, Units.text(min), Units.text(max)), otherwise);
              }
              return bytes.get();
            })
        .orElse(otherwise);
  }

  /** Returns an absolute path, or null for an empty text. */
  @Nullable Path pathOrNone(String key) {
    return text(key)
        .filter(text -> !text.isEmpty())
        .flatMap(text -> absolute(key, text))
        .orElse(null);
  }

  /** Returns the words of one text, separated by blanks. */
  List<String> blankSeparated(String key) {
    return text(key).stream()
        .flatMap(text -> Stream.of(text.split("\\s+")))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** Returns an absolute path. */
  Path path(String key, Path otherwise) {
    return text(key).flatMap(text -> absolute(key, text)).orElse(otherwise);
  }

  private Optional<Path> absolute(String key, String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return Optional.of(path.normalize());
      }
    } catch (InvalidPathException e) {
      // No such path can exist, so it is no absolute path either; the problem is recorded below.
    }
    return refuse(key, "is \"" + text + "\", must be an absolute path", Optional.empty());
  }

  /** Returns a text that matches {@code pattern}. {@code form} describes the pattern in words. */
  String text(String key, String otherwise, String pattern, String form) {
    return text(key)
        .map(
            text ->
                text.matches(pattern)
                    ? text
                    : refuse(key, "is \"" + text + "\", must be " + form, otherwise))
        .orElse(otherwise);
  }

  /** Returns a text as it is; empty if the file does not set it. */
  Optional<String> given(String key) {
    return text(key);
  }

  /** Returns a list of texts that match {@code pattern}. {@code form} describes it in words. */
  List<String> texts(String key, String pattern, String form) {
    return value(key, TomlArray.class, "a list of texts")
        .map(
            array -> {
              List<String> texts = new ArrayList<>();
              for (Object element : array.toList()) {
                if (!(element instanceof String text) || !text.matches(pattern)) {
                  String message = "has " + shown(element) + ", each must be " + form;
                  return refuse(key, message, List.<String>of());
                }
                texts.add(text);
              }
              return texts;
            })
        .orElse(List.of());
  }

  /** Returns a list of commands, each a list of texts of which the first is not empty. */
  List<List<String>> commands(String key) {
    String form = "a list of commands, each a list of texts: [[\"/bin/true\"]]";
    List<List<String>> commands = new ArrayList<>();
    for (Object element :
        value(key, TomlArray.class, form).map(TomlArray::toList).orElse(List.of())) {
      if (!(element instanceof TomlArray words)
          || words.isEmpty()
          || "".equals(words.get(0))
          || !words.toList().stream().allMatch(String.class::isInstance)) {
        return refuse(key, "must be " + form, List.of());
      }
      commands.add(words.toList().stream().map(String.class::cast).toList());
    }
    return commands;
  }

  /** Returns a list of one or more words out of {@code allowed}, each at most once. */
  List<String> words(String key, List<String> otherwise, List<String> allowed) {
    String form = "must be a list of one or more of " + allowed + ", each once";
    Optional<TomlArray> array = value(key, TomlArray.class, "a list of texts");
    if (array.isEmpty()) {
      return otherwise;
    }
    List<String> words = new ArrayList<>();
    for (Object element : array.get().toList()) {
      if (!(element instanceof String word) || !allowed.contains(word) || words.contains(word)) {
        return refuse(key, "has " + element + ", " + form, otherwise);
      }
      words.add(word);
    }
    return words.isEmpty() ? refuse(key, "is empty, " + form, otherwise) : words;
  }

  /**
   * Adds a problem at the first of {@code keys} that the file sets, or without a line if it sets
   * none.
   */
  void problem(String message, String... keys) {
    int line =
        Stream.of(keys)
            .mapToInt(key -> document.line(path(key)))
            .filter(n -> n > 0)
            .findFirst()
            .orElse(0);
    problems.add(line, message);
  }

  private Optional<String> text(String key) {
    return value(key, String.class, "a text in quotes");
  }

  private <T> Optional<T> value(String key, Class<T> type, String typeName) {
    Object value = document.value(path(key));
    if (value == null || type.isInstance(value)) {
      return Optional.ofNullable(type.cast(value));
    }
    String shown = value instanceof TomlArray ? "a list" : String.valueOf(value);
    return refuse(key, "is " + shown + ", must be " + typeName, Optional.empty());
  }

  private <T> T refuse(String key, String message, T otherwise) {
    problem(document.shown(path(key)) + " " + message, key);
    return otherwise;
  }

  private List<String> path(String key) {
    List<String> path = new ArrayList<>(name);
    path.add(key);
    return path;
  }

  private static String shown(Object value) {
    if (value instanceof String text) {
      return "\"" + text + "\"";
    }
    return value instanceof TomlArray ? "a list" : String.valueOf(value);
  }

  private static String outside(String text, String min, String max) {
    return "is \"%s\", must be %s..%s".formatted(text, min, max);
  }
}
