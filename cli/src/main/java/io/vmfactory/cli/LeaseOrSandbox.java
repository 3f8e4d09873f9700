package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.time.Deadline;

/** A word that names a lease or a sandbox. */
final class LeaseOrSandbox {
  private static final String LEASE = "[0-9a-f]{32}";

  private LeaseOrSandbox() {}

  /** Returns whether it is a sandbox. A word that cannot be a lease is one, if it exists or not. */
  static boolean isSandbox(String word, SandboxRuntime runtime, Deadline deadline) {
    return !word.matches(LEASE)
        || runtime.list(deadline).stream().map(SandboxStatus::id).anyMatch(word::equals);
  }
}
