package io.vmfactory.configs;

import io.vmfactory.configs.QemuConfig.Size;
import io.vmfactory.configs.RecipeFile.Command;
import io.vmfactory.configs.RecipeFile.Container;
import io.vmfactory.configs.RecipeFile.Ready;
import io.vmfactory.configs.RecipeFile.Sign;
import io.vmfactory.configs.RecipeFile.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a {@link RecipeFile}. Holds the names, defaults and ranges of its keys. */
final class RecipeReader {
  private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";
  private static final String ID = "\\d{1,10}";
  private static final int MAX_VCPUS = 240;
  private static final int MAX_MEMORY_MIB = 1 << 20;
  private static final int MAX_PORT = 65535;
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOOK = Duration.ofSeconds(10);

  private final Document document;

  RecipeReader(Document document) {
    this.document = document;
  }

  /** Returns the recipe. The document's problems say what was wrong with it. */
  RecipeFile read() {
    Section top = document.section();
    String start = top.text("start", "created", "created|running", "\"created\" or \"running\"");
    boolean running = start.equals("running");
    String from =
        top.text("from", "", "|" + NAME + "(:[1-9]\\d{0,9})?", "\"name\" or \"name:version\"");
    Section warmUp = document.section("warm_up");
    Duration limit = limit(warmUp, "limit", MINUTE);
    RecipeFile recipe =
        new RecipeFile(
            top.text("name", "", "|" + NAME, "1..63 of a-z, 0-9, '.', '_' and '-'"),
            from,
            top.number("vcpus", 0, 0, MAX_VCPUS),
            memory(top),
            running,
            container(document.section("container"), from, running),
            ready(document.section("ready"), running),
            warmUp.commands("commands").stream().map(args -> new Command(args, limit)).toList(),
            hook(document.section("hooks"), "before_snapshot"),
            hook(document.section("hooks"), "after_restore"),
            hook(document.section("hooks"), "rehearsal"));
    document.reportUnknown();
    return recipe;
  }

  private static int memory(Section top) {
    int mib = top.number("memory", 0, 0, MAX_MEMORY_MIB);
    if (mib != 0 && mib < Size.LEAST_MEMORY_MIB) {
      top.problem(
          "memory is %d, must be 0 or %d..%d".formatted(mib, Size.LEAST_MEMORY_MIB, MAX_MEMORY_MIB),
          "memory");
    }
    return mib;
  }

  private static Duration limit(Section section, String key, Duration otherwise) {
    return section.duration(key, otherwise, SHORTEST, LONGEST);
  }

  private static Container container(Section section, String from, boolean running) {
    Map<Source, String> given = new LinkedHashMap<>();
    for (Source source : Source.values()) {
      String key = source.name().toLowerCase(Locale.ROOT);
      section.given(key).ifPresent(place -> given.put(source, place));
    }
    if (given.size() > 1 || (given.isEmpty() && from.isEmpty())) {
      section.problem(
          "container must have "
              + (given.size() > 1 ? "only one" : "one")
              + " of rootfs, image and bundle"
              + (from.isEmpty() ? "" : ", or none"),
          "image",
          "bundle",
          "rootfs");
    }
    Container container =
        new Container(
            given.keySet().stream().findFirst().orElse(null),
            given.values().stream().findFirst().orElse(""),
            section.texts("args", ".+", "a text that is not empty"),
            section.texts("env", "(?s)[^=]+=.*", "\"NAME=value\""),
            section.text("cwd", "", "(?s)|/.*", "an absolute path in the container"),
            section.text("user", "", "|" + ID + "(:" + ID + ")?", "\"UID\" or \"UID:GID\""),
            section.flag("terminal", false));
    if (given.isEmpty() && !from.isEmpty()) {
      checkInherited(section, container, running);
    }
    return container;
  }

  /** Reports what the container of another template cannot be given any more. */
  private static void checkInherited(Section section, Container container, boolean running) {
    if (!container.user().isEmpty() || container.terminal()) {
      section.problem(
          "container.user and container.terminal are those of the template in `from`",
          "user",
          "terminal");
    }
    boolean program =
        !(container.args().isEmpty() && container.env().isEmpty() && container.cwd().isEmpty());
    if (program && !running) {
      section.problem(
          "container.args, env and cwd need start = \"running\": otherwise each clone chooses them",
          "args",
          "env",
          "cwd");
    }
  }

  private static @Nullable Ready ready(Section section, boolean running) {
    Duration limit = limit(section, "limit", MINUTE);
    List<Ready> given = new ArrayList<>();
    List<String> command = section.texts("command", ".+", "a text that is not empty");
    if (!command.isEmpty()) {
      given.add(new Ready(Sign.COMMAND, command, limit));
    }
    String file = section.text("file", "", "(?s)|/.*", "an absolute path in the container");
    if (!file.isEmpty()) {
      given.add(new Ready(Sign.FILE, List.of(file), limit));
    }
    int port = section.number("port", 0, 1, MAX_PORT);
    if (port != 0) {
      given.add(new Ready(Sign.PORT, List.of(Integer.toString(port)), limit));
    }
    section
        .given("line")
        .filter(text -> !text.isEmpty())
        .ifPresent(text -> given.add(new Ready(Sign.LINE, List.of(text), limit)));
    String[] keys = {"command", "file", "port", "line"};
    if (given.size() > 1) {
      section.problem("ready must have only one of command, file, port and line", keys);
    }
    if (!given.isEmpty() && !running) {
      section.problem("ready needs start = \"running\"", keys);
    }
    return given.isEmpty() ? null : given.get(0);
  }

  private static @Nullable Command hook(Section section, String key) {
    List<String> args = section.texts(key, ".+", "a text that is not empty");
    Duration limit = limit(section, key + "_limit", HOOK);
    return args.isEmpty() ? null : new Command(args, limit);
  }
}
