package io.vmfactory.cli.engines;

import java.nio.file.Path;
import java.util.List;

/** How a container engine of the host finds vmfactory. */
public interface EngineConfig {
  /** Returns the engine's name, as its own command spells it. */
  String engine();

  /** Returns the file that the engine reads. */
  Path file();

  /** Returns what vmfactory needs in the file. */
  String snippet();

  /**
   * Returns the file's text with what vmfactory needs in it; the same text if it is there already.
   *
   * @param text the file as it is; empty if there is none
   * @throws UnusableConfigException if the text cannot be understood
   */
  String with(String text);

  /**
   * Returns the file's text without what vmfactory needs in it; empty if nothing else is left.
   *
   * @throws UnusableConfigException if the text cannot be understood
   */
  String without(String text);

  /** Returns the programs of the engine; it is installed if one of them is on the PATH. */
  List<String> programs();

  /** Returns what an administrator does after a change. */
  String afterwards();
}
