package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import java.util.List;

/**
 * A runtime instance: makes sandboxes, finds those of others. Its sandboxes live as long as it
 * does: closing it deletes them, and so does the normal end of the process, a SIGTERM included.
 * When the process is killed instead, the lease of a sandbox expires and its VM with it; a VM that
 * was booted directly is ended by the next runtime instance of the same sandbox_dir. Thread-safe.
 *
 * <pre>{@code
 * try (SandboxRuntime runtime = SandboxRuntime.open(RuntimeSettings.load(null));
 *     Sandbox sandbox = runtime.create(SandboxSpec.defaults(), Deadline.after(limit))) {
 *   sandbox.start(Deadline.after(limit));
 *   Container container = sandbox.createContainer(spec, Deadline.after(limit));
 *   container.start(Deadline.after(limit));
 *   container.process().stdout().transferTo(System.out);
 * }
 * }</pre>
 */
public interface SandboxRuntime extends AutoCloseable {
  /**
   * A runtime instance of this process. Cleans up what killed ones left; nothing is connected or
   * started before it is needed.
   */
  static SandboxRuntime open(RuntimeSettings settings) {
    return LocalRuntime.open(settings);
  }

  /**
   * A new sandbox, CREATED: its id is taken and its state folder made, nothing runs.
   *
   * @throws SandboxException ALREADY_EXISTS when there is one of that id
   */
  Sandbox create(SandboxSpec spec, Deadline deadline);

  /**
   * A sandbox that this or another process has made, to be operated from here. Its lease stays
   * where it is: the sandbox lives as long as the process that started it.
   *
   * @throws SandboxException NOT_FOUND
   */
  Sandbox fetch(String id, Deadline deadline);

  /** All sandboxes of this sandbox_dir, by id, those of other processes included. */
  List<SandboxStatus> list(Deadline deadline);

  /** Deletes this runtime instance's sandboxes and lets go of everything. */
  @Override
  void close();
}
