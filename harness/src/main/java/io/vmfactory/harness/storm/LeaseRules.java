package io.vmfactory.harness.storm;

import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules for leases. A lease certainly lasts for its TTL from the begin of the request that last
 * granted or renewed it, because the daemon counts from a moment after that begin. If a daemon is
 * killed, its leases stay. If a VM is killed, its lease ends.
 */
final class LeaseRules {
  private LeaseRules() {}

  /**
   * While a lease certainly lasts, renewing it, releasing it, pausing, storing and forking its VM
   * and calling the guest's agent work, whether a daemon was killed in between or not. The agent
   * works even while no daemon runs. A fork may fail if a VM is killed while its clones are made.
   */
  static List<String> liveLeaseWorks(List<Operation> history) {
    return history.stream()
        .filter(LeaseRules::usesLease)
        .filter(o -> o.failed(history))
        .filter(o -> o.end() < certainUntil(o, history))
        .filter(o -> !over(o, history))
        .filter(o -> o.kind() != Kind.FORK || !lostClone(o, history))
        .map(Operation::toString)
        .toList();
  }

  private static boolean lostClone(Operation fork, List<Operation> history) {
    return history.stream().anyMatch(o -> o.kind() == Kind.KILL_VM && o.overlaps(fork));
  }

  private static boolean usesLease(Operation operation) {
    return switch (operation.kind()) {
      case RENEW, RELEASE, IDENTIFY, FORK, PAUSE, RESUME, ATTACH, STORE, STORE_AND_END -> true;
      default -> false;
    };
  }

  private static long certainUntil(Operation use, List<Operation> history) {
    return history.stream()
        .filter(o -> o.ok() && !o.ttl().isZero() && o.vm().equals(use.vm()))
        .filter(o -> o.end() <= use.start())
        .mapToLong(o -> o.start() + o.ttl().toNanos())
        .max()
        .orElse(Long.MIN_VALUE);
  }

  /**
   * Returns whether the VM or the lease may have ended already: killed, or released without a
   * reply.
   */
  private static boolean over(Operation use, List<Operation> history) {
    return history.stream()
        .filter(o -> !o.equals(use) && o.vm().equals(use.vm()) && o.start() < use.end())
        .anyMatch(o -> o.kind() == Kind.KILL_VM || o.kind() == Kind.FREEZE_VM || releases(o));
  }

  private static boolean releases(Operation operation) {
    return operation.endsLease() && (operation.ok() || operation.outcome() == Outcome.UNKNOWN);
  }

  /** The VM of a silent client is not ended before its lease is over. */
  static List<String> lastsAsLongAsSaid(List<Operation> history) {
    return history.stream()
        .filter(o -> o.kind() == Kind.VANISH && o.ok())
        .filter(o -> o.end() - o.start() < o.ttl().toNanos())
        .filter(o -> !over(o, history))
        .map(o -> "%s, a lease of %d ms".formatted(o, o.ttl().toMillis()))
        .toList();
  }

  /** The VM of a silent client is ended at last, and so is an idle VM that hangs. */
  static List<String> endsUnwanted(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    history.stream()
        .filter(o -> o.kind() == Kind.VANISH || o.kind() == Kind.FREEZE_VM)
        .filter(o -> !o.ok())
        .forEach(o -> broken.add(o + ", its process is still there"));
    return broken;
  }
}
