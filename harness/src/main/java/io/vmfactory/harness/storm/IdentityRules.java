package io.vmfactory.harness.storm;

import io.vmfactory.guest.GuestIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rules for the identity of guests. All of them come from a few snapshots, and no two may be
 * alike.
 */
final class IdentityRules {
  private IdentityRules() {}

  /**
   * Host name, machine-id and boot id belong to one VM each. Random bytes belong to one answer,
   * even of the same VM. A clone of a VM that a client has used keeps the boot id if it was read
   * before: the kernel makes it once.
   */
  static List<String> unique(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    Set<String> used =
        history.stream()
            .filter(o -> o.ok() && o.handsOutUsed())
            .map(Operation::vm)
            .collect(Collectors.toSet());
    Map<String, String> owners = new HashMap<>();
    int answer = 0;
    for (Operation operation : history) {
      GuestIdentity who = operation.identity();
      if (who != null) {
        String random = HexFormat.of().formatHex(who.random());
        own(owners, "host name " + who.hostname(), operation.vm(), broken);
        own(owners, "machine-id " + who.machineId(), operation.vm(), broken);
        if (!used.contains(operation.vm())) {
          own(owners, "boot id " + who.bootId(), operation.vm(), broken);
        }
        own(owners, "random " + random, operation.vm() + " in answer " + ++answer, broken);
      }
    }
    return broken;
  }

  private static void own(
      Map<String, String> owners, String thing, String owner, List<String> broken) {
    String first = owners.putIfAbsent(thing, owner);
    if (first != null && !first.equals(owner)) {
      broken.add("%s is both %s's and %s's".formatted(thing, first, owner));
    }
  }

  /** A VM keeps its identity through renewals and restarts of the daemon. */
  static List<String> constant(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    Map<String, String> before = new HashMap<>();
    for (Operation operation : history) {
      GuestIdentity who = operation.identity();
      if (who != null) {
        String names = who.hostname() + " " + who.machineId() + " " + who.bootId();
        String first = before.putIfAbsent(operation.vm(), names);
        if (first != null && !first.equals(names)) {
          broken.add("vm %s was %s and is %s".formatted(operation.vm(), first, names));
        }
      }
    }
    return broken;
  }
}
