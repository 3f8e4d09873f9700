package io.vmfactory.harness.storm;

import io.vmfactory.guest.GuestIdentity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that somebody did to the daemon or a VM, from its begin to its end. Times are
 * nanoseconds of one monotonic clock since the history began.
 *
 * @param actor who did it: a client's name, or "chaos"
 * @param allowed until when it should have ended at the latest; its own deadline
 * @param vm the VM it was about or that it yielded; empty = none
 * @param lease the lease it was about or that it yielded; empty = none
 * @param ttl how long the lease was to last from then on; zero = does not apply
 * @param identity who the guest said it was, after {@link Kind#IDENTIFY} only
 * @param detail for people: code and words of a failure, route of a VM handed out
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
    String detail) {

  /** What was done. */
  enum Kind {
    /** GetVm with every route and time enough: nothing but a storm may keep it from success. */
    GET_PATIENT,
    /** GetVm with one route only, hardly any time, or called off half way. */
    GET,
    /** GetBaseVm. */
    GET_BASE,
    /** Asked the guest who it is, past the daemon. */
    IDENTIFY,
    RENEW,
    RELEASE,
    /** A client's silence: begins with the last grant or renewal, ends with the VM's process. */
    VANISH,
    /** The owner of a base VM ended its process and removed its folder. */
    BURY,
    /** A VM's process was killed by us; ends when it is gone. */
    KILL_VM,
    /** A waiting VM's process was stopped (SIGSTOP); ends when the daemon has replaced it. */
    FREEZE_VM,
    /** SIGKILL to the daemon; ends when the next one is ready. */
    KILL_DAEMON,
    /** SIGTERM to a daemon that keeps its VMs; ends when the next one is ready. */
    REPLACE_DAEMON
  }

  /** How it ended. */
  enum Outcome {
    /** As it was meant to. */
    OK,
    /** The other side said no, so nothing was done. */
    REFUSED,
    /** Cut off: whether it was done is not known. */
    UNKNOWN,
    /** No daemon was there to be asked. */
    AWAY
  }

  boolean ok() {
    return outcome == Outcome.OK;
  }

  boolean handsOut() {
    return kind == Kind.GET || kind == Kind.GET_PATIENT || kind == Kind.GET_BASE;
  }

  /** Whether it ended the daemon that was there. */
  boolean endsDaemon() {
    return kind == Kind.KILL_DAEMON || kind == Kind.REPLACE_DAEMON;
  }

  /** Whether it did not do what it was meant to though a daemon was there all the while. */
  boolean failed(List<Operation> history) {
    return outcome == Outcome.REFUSED
        || outcome == Outcome.UNKNOWN
            && history.stream().noneMatch(o -> o.endsDaemon() && overlaps(o));
  }

  /** Whether the two were under way at the same time. */
  boolean overlaps(Operation other) {
    return start < other.end && other.start < end;
  }

  @Override
  public String toString() {
    return "%s %s %s%s%s [%.3f s .. %.3f s] %s"
        .formatted(
            actor,
            kind,
            outcome,
            vm.isEmpty() ? "" : " vm " + vm,
            lease.isEmpty() ? "" : " lease " + lease,
            start / 1e9,
            end / 1e9,
            detail);
  }
}
