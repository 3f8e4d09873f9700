package io.vmfactory.vmm.groups;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control group of one VM. It consists of one folder in each tree of control groups that has a
 * controller for VMs. A VM without a group has none of them.
 */
public final class ControlGroup {
  private static final Logger LOG = LoggerFactory.getLogger(ControlGroup.class);
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private final List<GroupPlace> places;
  private final GroupFiles files;

  ControlGroup(List<GroupPlace> places, GroupFiles files) {
    this.places = List.copyOf(places);
    this.files = files;
  }

  /** Returns the group of a VM that has none. Its methods have no effect. */
  public static ControlGroup none() {
    return new ControlGroup(List.of(), new KernelGroupFiles());
  }

  /**
   * Returns the group of a running VM, as the kernel knows it.
   *
   * @param process the VM's process, such as {@code /proc/123}
   */
  public static ControlGroup of(VmId vm, Path process) {
    try {
      String membership = Files.readString(process.resolve("cgroup"));
      return of(vm, Files.readString(MOUNTS), membership, new KernelGroupFiles());
    } catch (IOException e) {
      return none(); // the process has ended, or this kernel has no control groups
    }
  }

  static ControlGroup of(VmId vm, String mounts, String membership, GroupFiles files) {
    List<GroupPlace> places =
        Hierarchy.of(mounts, membership).stream()
            .filter(tree -> tree.own().endsWith(vm.value()))
            .map(tree -> new GroupPlace(tree, tree.own()))
            .toList();
    return new ControlGroup(places, files);
  }

  /** Returns its folders. */
  public List<Path> folders() {
    return places.stream().map(GroupPlace::folder).toList();
  }

  /**
   * Makes a process a member. The kernel needs some milliseconds for each tree.
   *
   * @throws VmmException if the kernel refuses it
   */
  public void join(int pid) {
    for (GroupPlace place : places) {
      try {
        place.join(files, pid);
      } catch (IOException e) {
        throw refused("process %d cannot join %s".formatted(pid, place.folder()), e);
      }
    }
  }

  /**
   * Raises the limit of memory. Call it before the VM takes more.
   *
   * @throws VmmException if the kernel refuses it
   */
  public void grow(long bytes) {
    change(place -> place.grow(files, bytes));
  }

  /**
   * Sets the share of the CPUs.
   *
   * @throws VmmException if the kernel refuses it
   */
  public void weigh(int vcpus) {
    change(place -> place.weigh(files, vcpus));
  }

  void limit(GroupLimits limits) {
    change(place -> place.limit(files, limits));
  }

  private interface Change {
    void to(GroupPlace place) throws IOException;
  }

  private void change(Change change) {
    for (GroupPlace place : places) {
      try {
        change.to(place);
      } catch (IOException e) {
        throw refused("cannot set the limits of " + place.folder(), e);
      }
    }
  }

  /** Removes the group of a VM that has ended. What remains, the next daemon removes. */
  public void remove() {
    for (GroupPlace place : places) {
      try {
        files.remove(place.folder());
      } catch (IOException e) {
        LOG.warn("cannot remove control group {}: {}", place.folder(), ErrorText.of(e));
      }
    }
  }

  /** Removes also the group of all VMs around it, if it was the last. */
  public void removeAsLast() {
    remove();
    for (GroupPlace place : places) {
      Path around = place.folder().resolveSibling("");
      if (ControlGroups.isName(around.getFileName().toString())) {
        try {
          files.remove(around);
        } catch (IOException e) {
          LOG.debug("{} stays: {}", around, ErrorText.of(e));
        }
      }
    }
  }

  private static VmmException refused(String what, IOException cause) {
    return new VmmException(Reason.FAILED, what + ": " + ErrorText.of(cause), cause);
  }
}
