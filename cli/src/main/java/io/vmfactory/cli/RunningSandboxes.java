package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.client.sandbox.SandboxStatus.State;
import io.vmfactory.configs.time.Deadline;
import java.util.List;

/** What a command is about that may name a sandbox, or mean them all. */
final class RunningSandboxes {
  private RunningSandboxes() {}

  /**
   * @param where as the user wrote it; empty = every sandbox that has containers in a VM
   */
  static List<SandboxRef> of(String where, SandboxRuntime runtime, Deadline deadline) {
    if (!where.isEmpty()) {
      return List.of(SandboxRef.parse(where));
    }
    return runtime.list(deadline).stream()
        .filter(status -> status.state() == State.RUNNING || status.state() == State.PAUSED)
        .map(SandboxStatus::id)
        .map(id -> new SandboxRef(id, ""))
        .toList();
  }
}
