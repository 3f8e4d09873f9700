package io.vmfactory.factory.routes;

import io.vmfactory.configs.UsersConfig;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import java.util.HashMap;
import java.util.Map;

/** How many VMs, and how much memory, each user has. Its owner serialises all calls. */
final class UserShares {
  private static final Share NONE = new Share(0, 0);

  private final UsersConfig limits;
  private final Map<Long, Share> shares = new HashMap<>();

  private record Share(int vms, long memoryMib) {
    Share plus(int moreVms, long moreMib) {
      return new Share(vms + moreVms, memoryMib + moreMib);
    }
  }

  UserShares(UsersConfig limits) {
    this.limits = limits;
  }

  /** Refuses one more VM of a client, if its user has as much as one user may have. */
  void require(Peer client, int memoryMib) {
    if (client.isTrusted()) {
      return;
    }
    Share has = shares.getOrDefault(client.user().uid(), NONE);
    if (limits.maxVms() > 0 && has.vms() >= limits.maxVms()) {
      throw Refusals.exhausted(
          "%s has %d VMs, as many as one user may have (max_vms_per_user in the configuration); release one"
              .formatted(client.user(), has.vms()));
    }
    requireMemory(client, memoryMib);
  }

  /** Refuses more memory for the VMs of a client, if its user has as much as one user may have. */
  void requireMemory(Peer client, int memoryMib) {
    if (client.isTrusted()) {
      return;
    }
    Share has = shares.getOrDefault(client.user().uid(), NONE);
    if (limits.maxMemoryMib() > 0 && has.memoryMib() + memoryMib > limits.maxMemoryMib()) {
      throw Refusals.exhausted(
          ("the VMs of %s have %d MiB, and one with %d MiB exceeds the %d MiB that one user may"
                  + " have (max_memory_per_user in the configuration); release one or ask for less")
              .formatted(client.user(), has.memoryMib(), memoryMib, limits.maxMemoryMib()));
    }
  }

  /** Counts one VM of a user. */
  void take(long uid, int memoryMib) {
    shares.merge(uid, new Share(1, memoryMib), (a, b) -> a.plus(b.vms(), b.memoryMib()));
  }

  /** Counts a VM of a user no more. */
  void giveBack(long uid, int memoryMib) {
    Share rest = shares.getOrDefault(uid, NONE).plus(-1, -memoryMib);
    if (rest.equals(NONE)) {
      shares.remove(uid);
    } else {
      shares.put(uid, rest);
    }
  }
}
