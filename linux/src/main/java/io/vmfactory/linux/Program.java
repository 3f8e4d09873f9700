package io.vmfactory.linux;

import java.nio.file.Path;
import java.util.List;

/**
 * A program to start.
 *
 * @param executable path of its file
 * @param arguments arguments without the program's own name
 * @param output file that standard output and error are appended to; made with mode 0600
 * @param inherited descriptors of this process that the program gets, as 3, 4, 5 … in this order;
 *     all others are closed in it
 * @param smallPages whether its memory consists of 4 KiB pages even where it asks for huge pages
 */
public record Program(
    Path executable,
    List<String> arguments,
    Path output,
    List<Integer> inherited,
    boolean smallPages) {
  /** The number of the first inherited descriptor in the new process. */
  public static final int FIRST_INHERITED = 3;

  public Program {
    arguments = List.copyOf(arguments);
    inherited = List.copyOf(inherited);
  }

  /** Makes a program that gets huge pages where it asks for them. */
  public Program(Path executable, List<String> arguments, Path output, List<Integer> inherited) {
    this(executable, arguments, output, inherited, false);
  }
}
