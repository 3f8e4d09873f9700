package io.vmfactory.vmm.linux;

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
 */
public record Program(
    Path executable, List<String> arguments, Path output, List<Integer> inherited) {
  /** The number the first inherited descriptor has in the new process. */
  public static final int FIRST_INHERITED = 3;

  public Program {
    arguments = List.copyOf(arguments);
    inherited = List.copyOf(inherited);
  }
}
