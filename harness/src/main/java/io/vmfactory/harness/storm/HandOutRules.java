package io.vmfactory.harness.storm;

import io.vmfactory.harness.storm.Operation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules for what may be handed out, and when a VM must be. */
final class HandOutRules {
  /**
   * The number of VMs that must be killed during a request before it may fail. A request tries
   * every route in turn and replaces a killed VM by the next one.
   */
  private static final int KILLS_THAT_EXCUSE = 2;

  private HandOutRules() {}

  /**
   * A VM is the result of at most one request, and so is a lease. Base VMs count: a VM that was
   * given away has never been leased and never will be.
   */
  static List<String> handedOutOnce(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    Map<String, Operation> first = new HashMap<>();
    for (Operation operation : history) {
      if (operation.handsOut() && operation.ok()) {
        twice(first.putIfAbsent("vm " + operation.vm(), operation), operation, broken);
        if (!operation.lease().isEmpty()) {
          twice(first.putIfAbsent("lease " + operation.lease(), operation), operation, broken);
        }
      }
    }
    return broken;
  }

  private static void twice(@Nullable Operation earlier, Operation later, List<String> broken) {
    if (earlier != null) {
      broken.add(earlier + ", and again " + later);
    }
  }

  /** A VM that was released, expired, buried or killed before a request began is not its result. */
  static List<String> neverAfterItsEnd(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    for (Operation given : history) {
      if (given.handsOut() && given.ok()) {
        history.stream()
            .filter(end -> endsVm(end) && end.ok() && end.vm().equals(given.vm()))
            .filter(end -> end.end() < given.start())
            .forEach(end -> broken.add(given + ", though " + end));
      }
    }
    return broken;
  }

  private static boolean endsVm(Operation operation) {
    return switch (operation.kind()) {
      case RELEASE, STORE_AND_END, VANISH, BURY, KILL_VM, FREEZE_VM -> true;
      default -> false;
    };
  }

  /**
   * A request with every route and enough time fails only while the daemon is being ended, or if
   * several VMs were killed while it ran.
   */
  static List<String> patientIsServed(List<Operation> history) {
    return history.stream()
        .filter(o -> o.kind() == Kind.GET_PATIENT && o.failed(history))
        .filter(o -> !excused(o, history))
        .map(Operation::toString)
        .toList();
  }

  static boolean excused(Operation get, List<Operation> history) {
    List<Operation> meanwhile = history.stream().filter(get::overlaps).toList();
    long kills = meanwhile.stream().filter(o -> o.kind() == Kind.KILL_VM).count();
    return kills >= KILLS_THAT_EXCUSE || meanwhile.stream().anyMatch(Operation::endsDaemon);
  }
}
