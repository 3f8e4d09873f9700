package io.vmfactory.harness.storm;

import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * What a lease is worth. For certain it lasts, from the begin of the request that last granted or
 * renewed it, as long as was said then: the daemon counts from some moment after that begin. A
 * daemon that is killed takes no lease with it; only a killed VM does.
 */
final class LeaseRules {
  private LeaseRules() {}

  /**
   * Renewing, releasing and the guest's own agent work as long as a lease lasts for certain,
   * whether a daemon was killed in between or not, and the agent even while there is none.
   */
  static List<String> liveLeaseWorks(List<Operation> history) {
    return history.stream()
        .filter(LeaseRules::usesLease)
        .filter(o -> o.failed(history))
        .filter(o -> o.end() < certainUntil(o, history))
        .filter(o -> !over(o, history))
        .map(Operation::toString)
        .toList();
  }

  private static boolean usesLease(Operation operation) {
    return switch (operation.kind()) {
      case RENEW, RELEASE, IDENTIFY -> true;
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

  /** Whether VM or lease may have been gone already: killed, or a release that nobody confirmed. */
  private static boolean over(Operation use, List<Operation> history) {
    return history.stream()
        .filter(o -> o != use && o.vm().equals(use.vm()) && o.start() < use.end())
        .anyMatch(o -> o.kind() == Kind.KILL_VM || o.kind() == Kind.FREEZE_VM || releases(o));
  }

  private static boolean releases(Operation operation) {
    return operation.kind() == Kind.RELEASE
        && (operation.ok() || operation.outcome() == Outcome.UNKNOWN);
  }

  /** A VM whose client fell silent is not ended before its lease is over. */
  static List<String> lastsAsLongAsSaid(List<Operation> history) {
    return history.stream()
        .filter(o -> o.kind() == Kind.VANISH && o.ok())
        .filter(o -> o.end() - o.start() < o.ttl().toNanos())
        .filter(o -> !over(o, history))
        .map(o -> "%s, a lease of %d ms".formatted(o, o.ttl().toMillis()))
        .toList();
  }

  /** A VM whose client fell silent is ended in the end, and so is one that hangs while it waits. */
  static List<String> endsUnwanted(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    history.stream()
        .filter(o -> o.kind() == Kind.VANISH || o.kind() == Kind.FREEZE_VM)
        .filter(o -> !o.ok())
        .forEach(o -> broken.add(o + ", its process is still there"));
    return broken;
  }
}
