package io.vmfactory.vmm;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Where a VM is in its life. The table of legal transitions is only here. */
public enum VmPhase {
  /** The process is being started. */
  STARTING,
  /** Taken over from an earlier daemon, and its VMM has not answered since. */
  UNAVAILABLE,
  /** Memory mapped, waiting for device state: a shell. */
  INCOMING,
  /** Complete, its CPUs stopped. */
  PAUSED,
  /** Its CPUs run. */
  RUNNING,
  /** Given to another owner: the daemon no longer controls it. */
  DETACHED,
  /** The process is gone. */
  EXITED;

  private static final Map<VmPhase, Set<VmPhase>> NEXT =
      Map.of(
          STARTING, Set.of(UNAVAILABLE, INCOMING, PAUSED, RUNNING, EXITED),
          UNAVAILABLE, Set.of(INCOMING, PAUSED, RUNNING, EXITED),
          INCOMING, Set.of(PAUSED, EXITED),
          PAUSED, Set.of(RUNNING, DETACHED, EXITED),
          RUNNING, Set.of(PAUSED, DETACHED, EXITED),
          DETACHED, Set.of(EXITED),
          EXITED, Set.of());

  /** Returns whether a VM in this phase may enter {@code next}. */
  public boolean leadsTo(VmPhase next) {
    return Objects.requireNonNull(NEXT.get(this)).contains(next);
  }
}
