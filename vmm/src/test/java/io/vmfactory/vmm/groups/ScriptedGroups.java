package io.vmfactory.vmm.groups;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The kernel's control groups with its rules: settings exist where their controller is enabled, a
 * group of v2 gives controllers to the groups below only if it has no processes, and a group with
 * processes or groups cannot be removed.
 */
final class ScriptedGroups implements GroupFiles {
  private static final Map<String, String> V1 =
      Map.of("memory", "memory.limit_in_bytes", "pids", "pids.max", "cpu", "cpu.shares");
  private static final Map<String, String> V2 =
      Map.of("memory", "memory.max", "pids", "pids.max", "cpu", "cpu.weight");

  private final Map<Path, Group> groups = new TreeMap<>();

  private static final class Group {
    final boolean unified;
    final boolean root;
    final Set<String> controllers;
    final Set<String> enabled = new TreeSet<>();
    final Map<String, String> settings = new TreeMap<>();
    boolean locked;

    Group(boolean unified, boolean root, Set<String> controllers) {
      this.unified = unified;
      this.root = root;
      this.controllers = new TreeSet<>();
      settings.put("cgroup.procs", "");
      controllers.forEach(this::get);
    }

    void get(String controller) {
      controllers.add(controller);
      settings.putIfAbsent((unified ? V2 : V1).get(controller), "max");
      if (controller.equals("memory")) {
        settings.putIfAbsent(unified ? "memory.swap.max" : "memory.memsw.limit_in_bytes", "max");
      }
    }

    boolean hasProcesses() {
      return !settings.get("cgroup.procs").isEmpty();
    }
  }

  /** Mounts a tree. */
  ScriptedGroups mount(Path place, boolean unified, String... controllers) {
    groups.put(place, new Group(unified, true, Set.of(controllers)));
    return this;
  }

  /** Lets a process be a member of a group, which is made. */
  ScriptedGroups process(Path group, int pid) throws IOException {
    make(group);
    write(group.resolve("cgroup.procs"), Integer.toString(pid));
    return this;
  }

  /** Ends all processes of a group. */
  void end(Path group) {
    of(group).settings.put("cgroup.procs", "");
  }

  /** Lets other users than this one own a group. */
  ScriptedGroups lock(Path group) {
    of(group).locked = true;
    return this;
  }

  private Group of(Path group) {
    Group found = groups.get(group);
    if (found == null) {
      throw new AssertionError("no group " + group + " among " + groups.keySet());
    }
    return found;
  }

  /** Returns a setting as it is now. */
  String setting(Path group, String name) {
    return of(group).settings.get(name);
  }

  Set<Path> all() {
    return groups.keySet();
  }

  @Override
  public void make(Path group) throws IOException {
    if (groups.containsKey(group)) {
      return;
    }
    Path above = group.getParent();
    if (above == null) {
      throw new NoSuchFileException(group.toString());
    }
    make(above);
    Group parent = of(above);
    if (parent.locked) {
      throw new FileSystemException(group.toString(), null, "Permission denied");
    }
    Set<String> controllers = parent.unified ? parent.enabled : parent.controllers;
    groups.put(group, new Group(parent.unified, false, controllers));
  }

  @Override
  public boolean exists(Path path) {
    Group group = groups.get(path.getParent());
    String name = path.getFileName().toString();
    return groups.containsKey(path) || (group != null && group.settings.containsKey(name));
  }

  @Override
  public void write(Path setting, String value) throws IOException {
    Group group = of(setting.getParent());
    String name = setting.getFileName().toString();
    if (group.locked) {
      throw new FileSystemException(setting.toString(), null, "Permission denied");
    }
    if (name.equals("cgroup.subtree_control")) {
      enable(setting, group, value.substring(1));
    } else if (group.settings.containsKey(name)) {
      group.settings.put(name, value);
    } else {
      throw new NoSuchFileException(setting.toString());
    }
  }

  private void enable(Path setting, Group group, String controller) throws IOException {
    if (!group.unified || !group.controllers.contains(controller)) {
      throw new NoSuchFileException(setting.toString());
    }
    if (!group.root && group.hasProcesses()) {
      throw new FileSystemException(setting.toString(), null, "Device or resource busy");
    }
    group.enabled.add(controller);
    below(setting.getParent()).forEach(path -> of(path).get(controller));
  }

  @Override
  public String read(Path setting) throws IOException {
    Group group = of(setting.getParent());
    String value = group.settings.get(setting.getFileName().toString());
    if (value != null) {
      return value + "\n";
    }
    if (!group.unified) {
      throw new NoSuchFileException(setting.toString());
    }
    boolean enabled = setting.endsWith("cgroup.subtree_control");
    return String.join(" ", enabled ? group.enabled : group.controllers) + "\n";
  }

  @Override
  public List<Path> below(Path group) {
    return new ArrayList<>(
        groups.keySet().stream().filter(path -> group.equals(path.getParent())).toList());
  }

  @Override
  public void remove(Path group) throws IOException {
    Group found = groups.get(group);
    if (found == null) {
      return;
    }
    if (found.hasProcesses() || !below(group).isEmpty()) {
      throw new FileSystemException(group.toString(), null, "Device or resource busy");
    }
    groups.remove(group);
  }
}
