package io.vmfactory.guest.differential;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Lines of /proc/self/mountinfo without what depends on the machine. */
final class MountLines {
  /** Options that a kernel adds on its own. */
  private static final Set<String> OF_KERNEL = Set.of("inode64");

  /** The options of what runc and crun mount over a folder that is masked. */
  private static final String EMPTY = "(ro|rw,size=0k)(,uid=\\d+,gid=\\d+)?(,inode64)?";

  private final String rootDevice;

  private MountLines(String rootDevice) {
    this.rootDevice = rootDevice;
  }

  /**
   * Returns each line as: place, folder of its file system, options, propagation, file system.
   * Sorted by place; mounts over each other keep their order.
   */
  static List<String> comparable(List<String> lines) {
    String root =
        lines.stream()
            .map(line -> line.split(" ", -1))
            .filter(fields -> fields.length > 4 && fields[4].equals("/"))
            .map(fields -> fields[2])
            .findFirst()
            .orElse("");
    MountLines mounts = new MountLines(root);
    return lines.stream()
        .map(mounts::comparable)
        .sorted(Comparator.comparing(line -> line.split(" ", -1)[0]))
        .toList();
  }

  private String comparable(String line) {
    String[] halves = line.split(" - ", 2);
    String[] fields = halves[0].split(" ", -1);
    if (halves.length < 2 || fields.length < 6) {
      return line;
    }
    String place = fields[4];
    String folder = fields[3];
    String[] system = halves[1].split(" ", -1);
    boolean empty = system[0].equals("tmpfs") && system[system.length - 1].matches(EMPTY);
    if (folder.endsWith("/null") || empty) {
      return place + " masked";
    }
    List<String> words = new ArrayList<>(List.of(place));
    boolean ofRoot = fields[2].equals(rootDevice);
    words.add(ofRoot ? "of the root" : folder);
    words.add(fields[5]);
    Arrays.stream(fields)
        .skip(6)
        .map(tag -> tag.replaceAll(":.*", ""))
        .sorted()
        .forEach(words::add);
    words.add(ofRoot ? "" : system[0] + " " + options(system, fields[5].startsWith("ro")));
    return String.join(" ", words).strip();
  }

  /** A mount that is read-only is so for the container, whatever its file system says. */
  private static String options(String[] system, boolean readOnly) {
    return Stream.of(system[system.length - 1].split(",", -1))
        .filter(option -> !system[0].equals("devtmpfs") && !OF_KERNEL.contains(option))
        .filter(option -> !readOnly || !option.matches("r[ow]"))
        .collect(Collectors.joining(","));
  }
}
