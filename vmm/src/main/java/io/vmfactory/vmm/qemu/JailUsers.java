package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.HostProcess;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The users of VMs. A daemon of root gives each VM another user and group. An ordinary user's VMs
 * keep that user, in user namespaces of their own. Thread-safe.
 */
final class JailUsers {
  private final long first;
  private final int count;
  private final List<Integer> groups;
  private final boolean ownNamespace;
  private final Set<Long> taken = new HashSet<>();

  private JailUsers(long first, int count, List<Integer> groups, boolean ownNamespace) {
    this.first = first;
    this.count = count;
    this.groups = List.copyOf(groups);
    this.ownNamespace = ownNamespace;
  }

  /**
   * Returns users for a daemon of root.
   *
   * @param first the first user id; the group ids are the same
   * @param count how many; more than there are VMs at once
   * @param groups further groups of every VM, which may open its devices
   */
  static JailUsers range(long first, int count, List<Integer> groups) {
    return new JailUsers(first, count, groups, false);
  }

  /** Returns the one user of an ordinary user's VMs. */
  static JailUsers namespace(int uid, int gid) {
    return new JailUsers(uid, 1, List.of(gid), true);
  }

  /** A VM's user. */
  record User(List<String> options, long uid) {}

  /**
   * Takes a user that no VM has.
   *
   * @throws IllegalStateException when every user of the range is taken
   */
  synchronized User take() {
    if (ownNamespace) {
      return new User(options("--own-user", first, groups.get(0), List.of()), first);
    }
    if (taken.size() >= count) {
      throw new IllegalStateException(
          "all %d users of VMs are taken: make vm_users larger than max_vms".formatted(count));
    }
    long uid = first + ThreadLocalRandom.current().nextInt(count);
    while (!taken.add(uid)) {
      uid = uid + 1 < first + count ? uid + 1 : first;
    }
    return new User(options("", uid, uid, groups), uid);
  }

  private static List<String> options(String flag, long uid, long gid, List<Integer> groups) {
    List<String> all = new ArrayList<>(flag.isEmpty() ? List.of() : List.of(flag));
    all.addAll(List.of("--uid", Long.toString(uid), "--gid", Long.toString(gid)));
    groups.forEach(group -> all.addAll(List.of("--group", group.toString())));
    return all;
  }

  /** Keeps the user of a VM of an earlier daemon until that VM has ended. */
  void keep(HostProcess process) {
    long uid = process.user();
    add(uid);
    process.exited().thenRun(() -> giveBack(uid));
  }

  private synchronized void add(long uid) {
    taken.add(uid);
  }

  /** Gives a user back after its VM's process has ended. */
  synchronized void giveBack(long uid) {
    taken.remove(uid);
  }
}
