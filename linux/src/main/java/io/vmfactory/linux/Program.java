package io.vmfactory.linux;

import java.nio.file.Path;
import java.util.List;

/**
 * A program to be started.
 *
 * @param executable its file
 * @param arguments without the program's own name
 * @param output where standard output and error are appended to; made with mode 0600
 * @param inherited descriptors of this process that it gets, as 3, 4, 5 … in this order; every
 *     other one is closed in it
 * @param smallPages whether its memory comes in pages of 4 KiB even where it asks for huge ones
 */
public record Program(
    Path executable,
    List<String> arguments,
    Path output,
    List<Integer> inherited,
    boolean smallPages) {
  /** The number the first inherited descriptor has in the new process. */
  public static final int FIRST_INHERITED = 3;

  public Program {
    arguments = List.copyOf(arguments);
    inherited = List.copyOf(inherited);
  }

  /** One that gets huge pages where it asks for them. */
  public Program(Path executable, List<String> arguments, Path output, List<Integer> inherited) {
    this(executable, arguments, output, inherited, false);
  }
}
