package io.vmfactory.bench.cases;

import io.vmfactory.guest.GuestIdentity;
import java.util.Arrays;
import java.util.List;

/** Compares the identities of VMs. */
final class Identities {
  private Identities() {}

  /**
   * Returns the number of pairs that share a host name, a machine id, a boot id or random bytes.
   */
  static int sharing(List<GuestIdentity> all) {
    int pairs = 0;
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        pairs += share(all.get(i), all.get(j)) ? 1 : 0;
      }
    }
    return pairs;
  }

  private static boolean share(GuestIdentity one, GuestIdentity other) {
    return one.hostname().equals(other.hostname())
        || one.machineId().equals(other.machineId())
        || one.bootId().equals(other.bootId())
        || Arrays.equals(one.random(), other.random());
  }
}
