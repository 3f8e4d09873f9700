package io.vmfactory.harness.storm;

import io.vmfactory.guest.GuestIdentity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One operation on the daemon or on a VM, from its begin to its end. Times are nanoseconds on one
 * monotonic clock since the history began.
 *
 * @param actor a client's name, or "chaos"
 * @param allowed latest time at which it should have ended: its own deadline
 * @param vm the VM that it concerned or returned; empty = none
 * @param lease the lease that it concerned or returned; empty = none
 * @param ttl how long the lease lasts from then on; zero = does not apply
 * @param identity the guest's answer; only after {@link Kind#IDENTIFY}
 * @param template the named template that it concerned or returned; {@link StoredTemplate#NONE} =
 *     none
 * @param detail for people: code and message of a failure, or the route of a VM handed out
 */
record Operation(
    String actor,
    Kind kind,
    long start,
    long end,
    long allowed,
    Outcome outcome,
    String vm,
    String lease,
    Duration ttl,
    @Nullable GuestIdentity identity,
    StoredTemplate template,
    String detail) {

  /** The kinds of operations. */
  enum Kind {
    /** GetVm with every route and enough time; only chaos may make it fail. */
    GET_PATIENT,
    /** GetVm with one route only, very little time, or cancelled half-way. */
    GET,
    /** GetVm of a named template, by route TEMPLATE and with enough time. */
    GET_NAMED,
    /** GetBaseVm. */
    GET_BASE,
    /** ForkVm. Concerns the source. */
    FORK,
    /** One clone that a fork handed out. Begins with the fork. */
    FORKED,
    PAUSE,
    RESUME,
    /** AttachDrive, as OVERLAY. */
    ATTACH,
    /** SnapshotVm; the source goes on. */
    STORE,
    /** SnapshotVm that ends the source, as suspending a sandbox does. */
    STORE_AND_END,
    ROLL_BACK,
    /** DeleteTemplate or PruneTemplates; one operation for each template that it removed. */
    REMOVE,
    /** ResizePool of a named template. */
    KEEP,
    /** A client asked the guest for its identity, without the daemon. */
    IDENTIFY,
    RENEW,
    RELEASE,
    /** A client fell silent. Begins with the last grant or renewal, ends with the VM's process. */
    VANISH,
    /** The owner of a base VM ended its process and removed its folder. */
    BURY,
    /** Chaos killed a VM's process. Ends when the process is gone. */
    KILL_VM,
    /** Chaos stopped a waiting VM's process (SIGSTOP). Ends when the daemon has replaced the VM. */
    FREEZE_VM,
    /** SIGKILL to the daemon. Ends when the next daemon is ready. */
    KILL_DAEMON,
    /** SIGTERM to a daemon that keeps its VMs. Ends when the next daemon is ready. */
    REPLACE_DAEMON
  }

  /** How an operation ended. */
  enum Outcome {
    /** It succeeded. */
    OK,
    /** The other side refused, so nothing was done. */
    REFUSED,
    /** It was cut off, so it is not known whether it was done. */
    UNKNOWN,
    /** No daemon was there. */
    AWAY
  }

  boolean ok() {
    return outcome == Outcome.OK;
  }

  boolean handsOut() {
    return switch (kind) {
      case GET, GET_PATIENT, GET_NAMED, GET_BASE, FORKED -> true;
      default -> false;
    };
  }

  /** Returns whether the VM that it handed out is a clone of a VM that a client had used. */
  boolean handsOutUsed() {
    return kind == Kind.GET_NAMED || kind == Kind.FORKED;
  }

  /** Returns whether it ends the lease that it concerns, if it succeeds. */
  boolean endsLease() {
    return kind == Kind.RELEASE || kind == Kind.STORE_AND_END;
  }

  /** Returns whether it ended the current daemon. */
  boolean endsDaemon() {
    return kind == Kind.KILL_DAEMON || kind == Kind.REPLACE_DAEMON;
  }

  /** Returns whether it failed although a daemon was there all the time. */
  boolean failed(List<Operation> history) {
    return outcome == Outcome.REFUSED
        || (outcome == Outcome.UNKNOWN
            && history.stream().noneMatch(o -> o.endsDaemon() && overlaps(o)));
  }

  /** Returns whether the two overlapped in time. */
  boolean overlaps(Operation other) {
    return start < other.end && other.start < end;
  }

  @Override
  public String toString() {
    return "%s %s %s%s%s%s [%.3f s .. %.3f s] %s"
        .formatted(
            actor,
            kind,
            outcome,
            vm.isEmpty() ? "" : " vm " + vm,
            lease.isEmpty() ? "" : " lease " + lease,
            template.isNone() ? "" : " template " + template,
            start / 1e9,
            end / 1e9,
            detail);
  }
}
