package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The current connection to a sandbox's guest. Opens it when needed and replaces a broken one. */
final class SandboxConnection {
  private final SandboxStateLock state;
  private final RuntimeResources resources;
  private final AtomicReference<@Nullable GuestConnection> current = new AtomicReference<>();
  private final CompletableFuture<String> lost = new CompletableFuture<>();

  SandboxConnection(SandboxStateLock state, RuntimeResources resources) {
    this.state = state;
    this.resources = resources;
  }

  /** Returns a stage that completes, with the reason, when a connection is lost unexpectedly. */
  CompletionStage<String> lost() {
    return lost.minimalCompletionStage();
  }

  /** Returns the connection. Opens a new one if there is none that works. */
  GuestConnection get(Deadline deadline) {
    GuestConnection now = current.get();
    return now != null && !now.broken() ? now : connect(now, deadline);
  }

  /** Replaces the connection. */
  void use(GuestConnection fresh) {
    fresh.lost().thenAccept(lost::complete);
    GuestConnection old = current.getAndSet(fresh);
    if (old != null) {
      old.close();
    }
  }

  /** Closes the connection. */
  void disconnect() {
    GuestConnection old = current.getAndSet(null);
    if (old != null) {
      old.close();
    }
  }

  private GuestConnection connect(@Nullable GuestConnection old, Deadline deadline) {
    Machine machine =
        resources.machine(state.id(), state.requireVm(state.record(), "reach its guest"));
    GuestConnection fresh = open(machine, deadline);
    if (!current.compareAndSet(old, fresh)) {
      fresh.close();
      return get(deadline);
    }
    if (old != null) {
      old.close(); // broken, but it still occupies its port
    }
    fresh.lost().thenAccept(lost::complete);
    return fresh;
  }

  private GuestConnection open(Machine machine, Deadline deadline) {
    try {
      return GuestConnection.open(state.id(), machine, deadline);
    } catch (GuestException e) {
      throw new SandboxException(
          Reason.LOST,
          "the VM of sandbox %s cannot be reached: %s".formatted(state.id(), e.getMessage()),
          e);
    }
  }
}
