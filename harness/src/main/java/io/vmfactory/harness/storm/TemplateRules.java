package io.vmfactory.harness.storm;

import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules for named templates. What SnapshotVm has stored is there until it is removed, whatever
 * becomes of the source and of the daemon.
 */
final class TemplateRules {
  private TemplateRules() {}

  /**
   * A request for a template fails only if the template may have been removed, while the daemon is
   * being ended, or if several VMs were killed while it ran.
   */
  static List<String> storedServes(List<Operation> history) {
    return history.stream()
        .filter(o -> o.kind() == Kind.GET_NAMED && o.failed(history))
        .filter(get -> isStored(get, history) && !HandOutRules.excused(get, history))
        .map(Operation::toString)
        .toList();
  }

  /** Returns whether the template was certainly in the store during all of the request. */
  private static boolean isStored(Operation get, List<Operation> history) {
    return history.stream()
        .filter(o -> stores(o) && o.ok() && o.end() < get.start())
        .filter(o -> get.template().mayBe(o.template()))
        .anyMatch(stored -> history.stream().noneMatch(o -> mayRemove(o, stored, get)));
  }

  private static boolean mayRemove(Operation removal, Operation stored, Operation get) {
    return removal.kind() == Kind.REMOVE
        && (removal.ok() || removal.outcome() == Outcome.UNKNOWN)
        && removal.template().mayBe(stored.template())
        && removal.start() < get.end();
  }

  private static boolean stores(Operation operation) {
    return operation.kind() == Kind.STORE || operation.kind() == Kind.STORE_AND_END;
  }

  /** A template that was removed before a request began is not cloned for it. */
  static List<String> neverAfterItsRemoval(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    for (Operation given : history) {
      if (given.kind() == Kind.GET_NAMED && given.ok()) {
        history.stream()
            .filter(o -> o.kind() == Kind.REMOVE && o.ok() && o.end() < given.start())
            .filter(o -> o.template().key().equals(given.template().key()))
            .forEach(o -> broken.add(given + ", though " + o));
      }
    }
    return broken;
  }

  /** No two snapshots have one key, and a request for a version gets what was stored as it. */
  static List<String> oneTemplatePerVersion(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    Map<String, Operation> stored = new HashMap<>();
    for (Operation operation : history) {
      if (stores(operation) && operation.ok()) {
        Operation first = stored.putIfAbsent(operation.template().key(), operation);
        if (first != null) {
          broken.add(first + ", and again " + operation);
        }
      }
    }
    for (Operation given : history) {
      Operation origin = stored.get(given.template().key());
      if (given.kind() == Kind.GET_NAMED
          && given.ok()
          && origin != null
          && !origin.template().equals(given.template())) {
        broken.add(given + ", though " + origin);
      }
    }
    return broken;
  }

  /** A bare name means the version that was stored or rolled back to last. */
  static List<String> nameMeansTheLast(List<Operation> history) {
    List<String> broken = new ArrayList<>();
    for (Operation given : history) {
      if (given.kind() == Kind.GET_NAMED && given.ok() && given.detail().startsWith(BARE)) {
        last(given, history)
            .filter(set -> !set.template().equals(given.template()))
            .ifPresent(set -> broken.add(given + ", though " + set));
      }
    }
    return broken;
  }

  /** The detail of a request that gave no version begins with this. */
  static final String BARE = "bare name ";

  /**
   * Returns what the name was certainly set to last; empty if another change may have come since.
   */
  private static Optional<Operation> last(Operation given, List<Operation> history) {
    List<Operation> changes =
        history.stream()
            .filter(o -> stores(o) || o.kind() == Kind.ROLL_BACK || o.kind() == Kind.REMOVE)
            .filter(o -> o.ok() || o.outcome() == Outcome.UNKNOWN)
            .filter(o -> o.template().name().equals(given.template().name()))
            .filter(o -> o.start() < given.end())
            .toList();
    return changes.stream()
        .filter(o -> o.ok() && o.kind() != Kind.REMOVE && o.end() < given.start())
        .max(Comparator.comparingLong(Operation::start))
        .filter(set -> changes.stream().noneMatch(o -> !o.equals(set) && o.end() > set.start()));
  }
}
