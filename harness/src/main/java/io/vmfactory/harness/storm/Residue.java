package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.Template;
import io.vmfactory.harness.daemon.DaemonGroups;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What snapshots, templates and VMs could leave on the host, seen from outside the daemon. */
final class Residue {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
  private static final String MEMORY_FILE = "/memfd:vmfactory-";
  private static final String DELETED = " (deleted)";

  /** As many characters of a template's key as the name of its memory file has. */
  private static final int SHORT_KEY = 12;

  private final DaemonHome home;

  Residue(DaemonHome home) {
    this.home = home;
  }

  /**
   * Returns what is there besides {@code listed}, while the daemon is at rest: folders in the
   * store, copy-on-write files with names, memory files of snapshots or of templates that are not
   * loaded, deleted files that are open, mounts.
   */
  List<String> atRest(DaemonProcess daemon, List<Template> listed) throws IOException {
    List<String> found = new ArrayList<>(always(keys(listed, any -> true)));
    Set<String> loaded =
        keys(listed, Template::getLoaded).stream()
            .map(key -> key.substring(0, SHORT_KEY))
            .collect(Collectors.toCollection(TreeSet::new));
    for (String open : daemon.openTargets()) {
      if (open.startsWith(MEMORY_FILE)) {
        String which = open.substring(MEMORY_FILE.length()).replace(DELETED, "");
        if (!loaded.contains(which)) {
          found.add("the daemon has " + open + " open, and loaded are " + loaded);
        }
      } else if (open.startsWith(home.folder().toString()) && open.endsWith(DELETED)) {
        found.add("the daemon has " + open + " open");
      }
    }
    return found;
  }

  private static Set<String> keys(List<Template> templates, Predicate<Template> which) {
    return templates.stream()
        .filter(which)
        .map(Template::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns what is there besides the template {@code key} when no daemon and no VM runs. */
  List<String> afterwards(String key) throws IOException {
    List<String> found = new ArrayList<>(always(Set.of(key)));
    entries(home.runDir()).stream()
        .filter(file -> !file.equals(home.vms()))
        .forEach(file -> found.add(file + " is left"));
    DaemonGroups.of(home.runDir())
        .forEach(group -> found.add("control group " + group + " is left"));
    return found;
  }

  private List<String> always(Set<String> keys) throws IOException {
    List<String> found = new ArrayList<>();
    Set<String> stored = new TreeSet<>();
    entries(home.stateDir().resolve("templates"))
        .forEach(folder -> stored.add(String.valueOf(folder.getFileName())));
    if (!stored.equals(keys)) {
      found.add("templates: the daemon lists %s, the store has %s".formatted(keys, stored));
    }
    entries(home.stateDir().resolve("overlays")).forEach(file -> found.add(file + " is left"));
    Files.readAllLines(MOUNTS).stream()
        .filter(line -> line.contains(home.folder().toString()))
        .forEach(line -> found.add("mount " + line));
    return found;
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }
}
