package io.vmfactory.vmm.groups;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.Hierarchy.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control groups of a daemon's VMs. They lie below one group, which has the daemon's name, in
 * each tree. Thread-safe.
 */
public final class ControlGroups {
  private static final Logger LOG = LoggerFactory.getLogger(ControlGroups.class);
  private static final String PREFIX = "vmfactory-";
  private static final Path PROCESS = Path.of("/proc/self");
  private static final String REMEDY =
      OwnUser.isRoot()
          ? "name a group without processes as cgroup_parent"
          : "let systemd delegate a group to this user: Delegate=yes, docs/operations.md";

  private final String parent;
  private final String name;
  private final List<GroupPlace> places = new ArrayList<>();
  private final GroupFiles files;

  private ControlGroups(String parent, String name, GroupFiles files) {
    this.parent = parent;
    this.name = name;
    this.files = files;
  }

  /**
   * Makes the daemon's group on this host.
   *
   * @param parent the group to make it in; empty = below or beside the group of this process
   * @param name see {@link #name}
   * @throws VmmException with reason {@code UNUSABLE} if this host does not allow it
   */
  public static ControlGroups open(String parent, String name) {
    try {
      String mounts = Files.readString(PROCESS.resolve("mountinfo"));
      String membership = Files.readString(PROCESS.resolve("cgroup"));
      return open(Hierarchy.of(mounts, membership), parent, name, new KernelGroupFiles());
    } catch (IOException e) {
      throw unusable("this kernel has no control groups: " + ErrorText.of(e), e);
    }
  }

  /**
   * Removes what daemons with that name have left below or beside the group of this process: the
   * groups of VMs that have ended, and then the daemon's. Has no effect on a host without control
   * groups.
   */
  public static void clear(String name) {
    try {
      ControlGroups groups = open("", name);
      groups.sweep(any -> true);
      groups.removeIfUnused();
    } catch (VmmException e) {
      LOG.debug("no control groups to remove: {}", ErrorText.of(e));
    }
  }

  static ControlGroups open(List<Hierarchy> trees, String parent, String name, GroupFiles files) {
    ControlGroups groups = new ControlGroups(parent, name, files);
    for (Controller needed : List.of(Controller.MEMORY, Controller.PIDS)) {
      if (trees.stream().noneMatch(tree -> tree.controllers().contains(needed))) {
        throw unusable(
            "no control groups with the controller %s are mounted (/sys/fs/cgroup)"
                .formatted(needed.word()),
            null);
      }
    }
    trees.forEach(tree -> groups.places.add(groups.place(tree)));
    groups.places.forEach(groups::prepare);
    return groups;
  }

  /** Returns the name for the daemon with that {@code run_dir}: each daemon has its own group. */
  public static String name(Path runDir) {
    CRC32 sum = new CRC32();
    sum.update(runDir.toAbsolutePath().toString().getBytes(UTF_8));
    return "%s%08x".formatted(PREFIX, sum.getValue());
  }

  /** Returns whether a group can be that of all VMs of a daemon. */
  static boolean isName(String group) {
    return group.startsWith(PREFIX);
  }

  /** A group of cgroup v2 that has processes cannot have groups with limits. */
  private GroupPlace place(Hierarchy tree) {
    Path base = tree.mount().resolve(parent.replaceFirst("^/", ""));
    if (parent.isEmpty()) {
      boolean beside = tree.version() == Version.V2 && !tree.own().equals(tree.mount());
      base = beside ? tree.own().resolveSibling("") : tree.own();
    }
    return new GroupPlace(tree, base.resolve(name));
  }

  private void prepare(GroupPlace place) {
    Path folder = place.folder();
    try {
      if (place.tree().version() == Version.V2) {
        files.make(folder.resolveSibling(""));
        enableDownTo(folder.resolveSibling(""), place.tree());
      }
      files.make(folder);
      if (place.tree().version() == Version.V2) {
        enable(folder, place.tree().controllers());
        requireEnabled(folder);
      }
      place.weigh(files, Runtime.getRuntime().availableProcessors());
    } catch (IOException e) {
      throw unusable(
          "cannot make control group %s: %s; %s".formatted(folder, ErrorText.of(e), REMEDY), e);
    }
  }

  /** Lets groups have controllers. The ones above may belong to others, so a refusal is no end. */
  private void enableDownTo(Path last, Hierarchy tree) {
    Path group = tree.mount();
    for (Path step : tree.mount().relativize(last)) {
      tryToEnable(group, tree.controllers());
      group = group.resolve(step);
    }
    tryToEnable(last, tree.controllers());
  }

  private void tryToEnable(Path group, Set<Controller> controllers) {
    try {
      enable(group, controllers);
    } catch (IOException e) {
      LOG.debug("cannot enable controllers of {}: {}", group, ErrorText.of(e));
    }
  }

  private void enable(Path group, Set<Controller> controllers) throws IOException {
    List<String> possible = words(group.resolve("cgroup.controllers"));
    List<String> enabled = words(group.resolve("cgroup.subtree_control"));
    for (Controller one : controllers) {
      if (possible.contains(one.word()) && !enabled.contains(one.word())) {
        files.write(group.resolve("cgroup.subtree_control"), "+" + one.word());
      }
    }
  }

  private void requireEnabled(Path folder) throws IOException {
    List<String> enabled = words(folder.resolve("cgroup.subtree_control"));
    for (Controller needed : List.of(Controller.MEMORY, Controller.PIDS)) {
      if (!enabled.contains(needed.word())) {
        throw new IOException(
            "%s has no controller %s to give away".formatted(folder.getParent(), needed.word()));
      }
    }
  }

  private List<String> words(Path setting) throws IOException {
    return List.of(files.read(setting).strip().split("\\s+"));
  }

  /** Returns the folders that the groups of VMs are made in. */
  public List<Path> folders() {
    return places.stream().map(GroupPlace::folder).toList();
  }

  /**
   * Makes the group of a VM.
   *
   * @throws VmmException if the kernel refuses it; nothing is left then
   */
  public ControlGroup create(VmId vm, GroupLimits limits) {
    try {
      return made(vm, limits);
    } catch (VmmException e) {
      // An administrator, or another process that shares the daemon's group, has just removed it.
      places.forEach(this::prepare);
      return made(vm, limits);
    }
  }

  private ControlGroup made(VmId vm, GroupLimits limits) {
    List<GroupPlace> made =
        places.stream()
            .map(place -> new GroupPlace(place.tree(), place.folder().resolve(vm.value())))
            .toList();
    ControlGroup group = new ControlGroup(made, files);
    try {
      for (GroupPlace place : made) {
        files.make(place.folder());
      }
      group.limit(limits);
      return group;
    } catch (IOException e) {
      group.remove();
      throw new VmmException(
          Reason.RESOURCES, "cannot make the VM's control group: " + ErrorText.of(e), e);
    } catch (VmmException e) {
      group.remove();
      throw e;
    }
  }

  /**
   * Removes the groups of VMs that ended when no daemon ran. Those with processes stay.
   *
   * @param gone whether the VM with that id has ended. A VM that another process is just starting
   *     has a group without processes
   */
  public void sweep(Predicate<String> gone) {
    for (GroupPlace place : places) {
      try {
        files.below(place.folder()).stream()
            .filter(group -> gone.test(group.getFileName().toString()))
            .forEach(this::removeIfEmpty);
      } catch (IOException e) {
        LOG.warn("cannot list {}: {}", place.folder(), ErrorText.of(e));
      }
    }
  }

  private void removeIfEmpty(Path group) {
    try {
      files.remove(group);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", group, ErrorText.of(e));
    }
  }

  /** Removes the daemon's group unless VMs have groups in it. */
  public void removeIfUnused() {
    places.forEach(place -> removeIfEmpty(place.folder()));
  }

  /** Removes the daemon's group. The groups of its VMs must be gone. */
  public void remove() {
    new ControlGroup(places, files).remove();
  }

  private static VmmException unusable(String why, @Nullable Exception e) {
    return new VmmException(Reason.UNUSABLE, why, e);
  }
}
