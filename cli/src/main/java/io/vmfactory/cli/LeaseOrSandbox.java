package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** Words that name leases or sandboxes. */
final class LeaseOrSandbox {
  private static final String LEASE = "[0-9a-f]{32}";

  private LeaseOrSandbox() {}

  /** Returns whether it is a sandbox. A word that cannot be a lease is one, if it exists or not. */
  static boolean isSandbox(String word, SandboxRuntime runtime, Deadline deadline) {
    return !word.matches(LEASE)
        || runtime.list(deadline).stream().map(SandboxStatus::id).anyMatch(word::equals);
  }

  /**
   * Returns the sandbox that a word names, by its id or its lease; empty if it is none's, or that
   * of a suspended one.
   */
  private static Optional<String> sandbox(String word, SandboxRuntime runtime, Deadline deadline) {
    return word.matches(LEASE)
        ? runtime.list(deadline).stream()
            .filter(one -> word.equals(one.id()) || word.equals(one.leaseId()))
            .map(SandboxStatus::id)
            .findFirst()
        : Optional.of(word);
  }

  /** The leases and sandboxes that a command is about. */
  static final class Many {
    @Parameters(
        arity = "1..*",
        paramLabel = "SANDBOX|LEASE",
        description = "Id of a sandbox, or lease id as printed by vmfactory get.")
    private List<String> words = new ArrayList<>();

    /**
     * Applies the verb of sandboxes or that of leases to each, and shows the progress. Stops at the
     * first failure.
     *
     * @param verb for people
     */
    void each(VmFactoryCommand root, String verb, OfSandbox ofSandbox, OfLease ofLease) {
      try (SandboxRuntime runtime = root.sandboxes();
          WorkProgress progress = WorkProgress.of(root, verb, words.size())) {
        for (String word : words) {
          progress.begin(word);
          Optional<String> sandbox = sandbox(word, runtime, root.deadline());
          if (sandbox.isPresent()) {
            ofSandbox.run(runtime, sandbox.get(), root.deadline());
          } else {
            ofLease.run(root.factory(), word);
          }
          progress.done();
        }
      }
    }
  }

  /** Does something with a sandbox. */
  interface OfSandbox {
    void run(SandboxRuntime runtime, String id, Deadline deadline);
  }

  /** Does something with the VM of a lease. */
  interface OfLease {
    void run(DaemonHttp daemon, String lease);
  }
}
