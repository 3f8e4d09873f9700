package io.vmfactory.bench.floor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Turns the command line of a clone into one that can be started without the daemon. */
final class StandaloneCommand {
  /** Options that only a QEMU of the daemon can have: each has one value. */
  private static final Set<String> INHERITED = Set.of("-mon", "-add-fd", "-L");

  private StandaloneCommand() {}

  /**
   * Returns a command with the same devices, but QMP on standard input and output, a socket and a
   * memory file with names instead of inherited ones, and no console log.
   *
   * @param clone command line of a clone that the daemon made
   * @param memory the template's memory file
   * @param agentSocket path of the socket of the agent's port
   */
  static List<String> command(List<String> clone, Path memory, Path agentSocket) {
    List<String> command = new ArrayList<>(List.of(clone.get(0), "-qmp", "stdio"));
    for (int i = 1; i < clone.size(); i++) {
      String option = clone.get(i);
      if (INHERITED.contains(option)) {
        i++;
      } else if (option.equals("-chardev")) {
        i++;
        command.addAll(chardev(clone.get(i), agentSocket));
      } else {
        command.add(option.replaceAll("mem-path=[^,]*", "mem-path=" + memory));
      }
    }
    return command;
  }

  private static List<String> chardev(String value, Path agentSocket) {
    if (value.contains("id=qmp")) {
      return List.of();
    }
    String replaced =
        value
            .replaceAll("path=.*", "path=/dev/null")
            .replaceAll("id=agent0,fd=\\d+", "id=agent0,path=" + agentSocket)
            .replaceAll("socket,id=(agent\\d),fd=.*", "null,id=$1");
    return List.of("-chardev", replaced);
  }
}
