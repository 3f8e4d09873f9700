package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What a sandbox is and what is in it: the half of a {@link Sandbox} that changes nothing. */
public interface SandboxView {
  /** Its id. */
  String id();

  /** How it is now. */
  SandboxStatus status(Deadline deadline);

  /** Its containers, in the order of their creation. */
  List<Container> containers(Deadline deadline);

  /**
   * The container of that id.
   *
   * @throws SandboxException NOT_FOUND
   */
  Container container(String containerId, Deadline deadline);

  /**
   * Completes when the VM has ended by itself, or the factory has ended it, and says why; also when
   * the connection to it breaks. Does not complete when the sandbox is stopped from here.
   */
  CompletionStage<String> lost();
}
