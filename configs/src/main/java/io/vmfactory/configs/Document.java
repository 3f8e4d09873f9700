package io.vmfactory.configs;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A TOML document that is read key by key. Every key that was never read counts as unknown. Types
 * of the tomlj library are used in this class only.
 */
final class Document {
  private final @Nullable TomlTable root;
  private final Problems problems;
  private final Set<List<String>> asked = new LinkedHashSet<>();
  private final Set<List<String>> tables = new LinkedHashSet<>();
  private final Set<List<String>> lists = new LinkedHashSet<>();
  private final String above;

  private Document(@Nullable TomlTable root, String above, Problems problems) {
    this.root = root;
    this.above = above;
    this.problems = problems;
  }

  /** Returns a document without any key. Does not load the TOML parser. */
  static Document empty(Problems problems) {
    return new Document(null, "", problems);
  }

  /** Returns the document in {@code toml}; adds its syntax errors to {@code problems}. */
  static Document parse(String toml, Problems problems) {
    TomlParseResult result = Toml.parse(toml);
    result.errors().forEach(e -> problems.add(e.position().line(), String.valueOf(e.getMessage())));
    return new Document(result, "", problems);
  }

  Section section(String... path) {
    List<String> name = List.of(path);
    for (int depth = 1; depth <= name.size(); depth++) {
      tables.add(name.subList(0, depth));
    }
    return new Section(this, name, problems);
  }

  /**
   * Returns the tables of a list of tables, written as {@code [[path]]}. Each is a document of its
   * own, whose unknown keys are reported when all of its keys have been read.
   */
  List<Document> tables(List<String> path) {
    lists.add(path);
    Object value = find(path);
    if (value instanceof TomlArray array
        && array.toList().stream().allMatch(TomlTable.class::isInstance)) {
      return array.toList().stream()
          .map(table -> new Document((TomlTable) table, dotted(path) + ".", problems))
          .toList();
    }
    if (value != null) {
      String name = dotted(path);
      problems.add(
          line(path), name + " must be a list of tables, each written as [[" + name + "]]");
    }
    return List.of();
  }

  /** Returns a key's name as messages have it. */
  String shown(List<String> path) {
    return above + dotted(path);
  }

  /** Returns the value at {@code path} (a Java or tomlj type), or null if there is none. */
  @Nullable Object value(List<String> path) {
    asked.add(path);
    return find(path);
  }

  private @Nullable Object find(List<String> path) {
    TomlTable table = root;
    for (String part : path.subList(0, path.size() - 1)) {
      if (table == null || !(table.get(List.of(part)) instanceof TomlTable inner)) {
        return null;
      }
      table = inner;
    }
    return table == null ? null : table.get(List.of(path.get(path.size() - 1)));
  }

  /** Returns the line where {@code path} is set, counted from 1; 0 if it is not set. */
  int line(List<String> path) {
    TomlPosition position = root == null ? null : root.inputPositionOf(path);
    return position == null ? 0 : position.line();
  }

  /** Returns every key that was read, with dots between its parts. */
  Set<String> askedKeys() {
    Set<String> names = new TreeSet<>();
    asked.forEach(path -> names.add(dotted(path)));
    return names;
  }

  /** Returns every table and key of the document, with dots between its parts. */
  Set<String> keys() {
    Set<String> names = new TreeSet<>();
    if (root != null) {
      root.keyPathSet(true).forEach(path -> names.add(dotted(path)));
    }
    return names;
  }

  /** Adds a problem for each key that was not read, and for each table that is not a table. */
  void reportUnknown() {
    if (root != null) {
      root.keyPathSet(true).forEach(path -> reportIfUnknown(root, path));
    }
  }

  private void reportIfUnknown(TomlTable document, List<String> path) {
    if (tables.contains(path)) {
      if (!(document.get(path) instanceof TomlTable)) {
        problems.add(
            line(path), dotted(path) + " must be a table, written as [" + dotted(path) + "]");
      }
    } else if (!asked.contains(path) && !lists.contains(path) && parentKnown(path)) {
      problems.add(line(path), "unknown key " + shown(path) + suggestion(path));
    }
  }

  /**
   * Whether the parent is a known table. An unknown table is reported once, not each key in it;
   * values have no children.
   */
  private boolean parentKnown(List<String> path) {
    return path.size() == 1 || tables.contains(path.subList(0, path.size() - 1));
  }

  private String suggestion(List<String> path) {
    Set<String> known = askedKeys();
    tables.forEach(table -> known.add(dotted(table)));
    String leaf = path.get(path.size() - 1);
    Optional<String> elsewhere = known.stream().filter(key -> key.endsWith("." + leaf)).findFirst();
    return elsewhere
        .or(() -> Spelling.nearest(dotted(path), known))
        .map(key -> "; did you mean " + above + key + "?")
        .orElse("");
  }

  static String dotted(List<String> path) {
    return String.join(".", path);
  }
}
