package io.vmfactory.scripted.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.VmmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What happens at which step, and what was done. Thread-safe. */
public final class Script {
  /** The steps that can be made to misbehave. */
  public enum Step {
    BOOT,
    PREPARE,
    ADOPT,
    CHECK,
    LOAD,
    CONT,
    STOP,
    SAVE,
    SNAPSHOT,
    PLUG,
    ATTACH,
    DETACH
  }

  /** A step that hangs until the gate is opened. */
  public static final class Gate {
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private final CompletableFuture<Void> open = new CompletableFuture<>();

    /** Completes when a VM has reached the gate. */
    public CompletableFuture<Void> reached() {
      return reached;
    }

    /** Lets every VM pass, now and later. */
    public void open() {
      open.complete(null);
    }

    private void pass(Step step, Deadline deadline) {
      reached.complete(null);
      deadline.await(open, "scripted " + step);
    }
  }

  private final Map<Step, VmmException> failures = new EnumMap<>(Step.class);
  private final Map<Step, Gate> gates = new EnumMap<>(Step.class);
  private final List<Step> done = new ArrayList<>();

  /** Fails {@code step} of every VM with {@code failure} until {@link #heal}. */
  public synchronized void failAt(Step step, VmmException failure) {
    failures.put(step, failure);
  }

  /** Ends all failures. Gates stay. */
  public synchronized void heal() {
    failures.clear();
  }

  /** Hangs {@code step} of every VM until the gate is opened or the step's deadline passes. */
  public synchronized Gate hangAt(Step step) {
    Gate gate = new Gate();
    gates.put(step, gate);
    return gate;
  }

  /** Returns the steps that succeeded, of all VMs, in order. */
  public synchronized List<Step> done() {
    return List.copyOf(done);
  }

  void play(Step step, Deadline deadline) {
    Gate gate = gate(step);
    if (gate != null) {
      gate.pass(step, deadline);
    }
    deadline.check("scripted " + step);
    conclude(step);
  }

  /**
   * Returns what completes when a VM passes {@code step}, or fails as the step would.
   *
   * @throws VmmException the failure of the step, unless it is the VMM's: {@code FAILED}
   */
  CompletableFuture<Void> passing(Step step) {
    try {
      conclude(step);
    } catch (VmmException e) {
      if (e.reason() == VmmException.Reason.FAILED) {
        return CompletableFuture.failedFuture(e);
      }
      throw e;
    }
    Gate gate = gate(step);
    if (gate == null) {
      return CompletableFuture.completedFuture(null);
    }
    gate.reached.complete(null);
    return gate.open;
  }

  private synchronized @org.jspecify.annotations.Nullable Gate gate(Step step) {
    return gates.get(step);
  }

  private synchronized void conclude(Step step) {
    VmmException failure = failures.get(step);
    if (failure != null) {
      throw failure;
    }
    done.add(step);
  }
}
