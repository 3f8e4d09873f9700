package io.vmfactory.configs;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of a recipe: how a template is built. The shipped file {@code recipe.toml} describes
 * every key.
 *
 * @param name the name of the template; empty if the file has none
 * @param from another template, as {@code name} or {@code name:version}; empty for the daemon's own
 * @param vcpus 0 for the default
 * @param memoryMib 0 for the default
 * @param running whether the program runs in the template; otherwise each clone begins it
 * @param container what runs in it
 * @param ready when the program is ready; null if that is not asked
 * @param warmUp commands before the snapshot, each with its limit
 * @param beforeSnapshot a hook; null for none
 * @param afterRestore a hook; null for none
 * @param rehearsal a hook; null for none
 */
public record RecipeFile(
    String name,
    String from,
    int vcpus,
    int memoryMib,
    boolean running,
    Container container,
    @Nullable Ready ready,
    List<Command> warmUp,
    @Nullable Command beforeSnapshot,
    @Nullable Command afterRestore,
    @Nullable Command rehearsal) {
  public RecipeFile {
    warmUp = List.copyOf(warmUp);
  }

  /** A source of a root file system. */
  public enum Source {
    ROOTFS,
    IMAGE,
    BUNDLE
  }

  /**
   * The container of a recipe.
   *
   * @param source null for the container of {@code from}
   * @param place the directory or the layout, as written; empty without a source
   * @param args empty for those of the source
   * @param env {@code NAME=value} each
   * @param cwd empty for that of the source
   * @param user {@code UID} or {@code UID:GID}; empty for that of the source
   */
  public record Container(
      @Nullable Source source,
      String place,
      List<String> args,
      List<String> env,
      String cwd,
      String user,
      boolean terminal) {
    public Container {
      args = List.copyOf(args);
      env = List.copyOf(env);
    }
  }

  /** What shows that a program is ready. */
  public enum Sign {
    COMMAND,
    FILE,
    PORT,
    LINE
  }

  /**
   * When a program is ready.
   *
   * @param words the arguments of a command; otherwise the path, the port or the text
   * @param limit how long the program may take
   */
  public record Ready(Sign sign, List<String> words, Duration limit) {
    public Ready {
      words = List.copyOf(words);
    }
  }

  /** A command in the container, and how long it may take. */
  public record Command(List<String> args, Duration limit) {
    public Command {
      args = List.copyOf(args);
    }
  }

  /**
   * Returns the recipe in {@code toml}; {@code source} names it in messages.
   *
   * @throws ConfigException with every problem of the text
   */
  public static RecipeFile parse(String toml, String source) {
    Problems problems = new Problems(source);
    Document document = Document.parse(toml, problems);
    problems.throwIfAny();
    RecipeFile recipe = new RecipeReader(document).read();
    problems.throwIfAny();
    return recipe;
  }
}
