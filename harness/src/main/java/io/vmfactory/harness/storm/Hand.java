package io.vmfactory.harness.storm;

import java.util.ArrayList;
import java.util.List;

/** The leased VMs that one client has. Confined to the client's thread. */
final class Hand {
  private final Ground ground;
  private final RecordedCalls calls;
  private final List<Grant> grants = new ArrayList<>();

  Hand(Ground ground, RecordedCalls calls) {
    this.ground = ground;
    this.calls = calls;
  }

  int size() {
    return grants.size();
  }

  /** Returns the VM that the client has had for the longest time. */
  Grant oldest() {
    return grants.get(0);
  }

  void take(Grant grant) {
    grants.add(grant);
    ground.held().put(grant.vm(), grant);
  }

  /** Notes what has become of a VM in the hand, and returns it. */
  Grant put(Grant before, Grant after) {
    grants.set(grants.indexOf(before), after);
    return after;
  }

  Grant renew(Grant grant) {
    return put(grant, calls.renew(grant));
  }

  /** Ends the lease, which is over when this returns. */
  void release(Grant grant) {
    while (!calls.release(grant)) {
      ground.seat().awaitUp();
    }
    forget(grant);
  }

  /** Notes that the client has the VM no more. */
  void forget(Grant grant) {
    grants.remove(grant);
    ground.held().remove(grant.vm());
  }

  void releaseAll() {
    while (!grants.isEmpty()) {
      release(grants.get(0));
    }
  }
}
