package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers of commands in the foreground. Each belongs to a process of this host, its client,
 * which reads its output from the guest. It is removed when the client ends, also if this service
 * is killed meanwhile: the next one does it. Lists do not show it.
 *
 * @param containers the containers of this service
 */
public record Foreground(Containers containers) {
  private static final Logger log = LoggerFactory.getLogger(Foreground.class);
  private static final String NAMESPACE = "foreground";
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  /**
   * Makes a container and starts it. If it throws, nothing is left.
   *
   * @param sandbox its VM; without an id it gets one
   * @param container what runs in the VM; its id is ignored
   * @param client the process that it belongs to
   */
  public KeptContainer begin(
      SandboxSpec sandbox, ContainerSpec container, ClientProcess client, Deadline deadline) {
    boolean terminal = container.oci().process().terminal();
    ContainerRecord.Engine owner =
        new ContainerRecord.Engine(
            ContainerRecord.Engine.FOREGROUND,
            terminal,
            client.identity().pid(),
            client.identity().startTicks(),
            client.identity().executable().toString(),
            "",
            null,
            List.of(),
            List.of(),
            null);
    KeptContainer made =
        containers.create(
            new NewContainer(
                new ContainerName(NAMESPACE, VmId.random().shortened()),
                "",
                sandbox.id().isEmpty() ? sandbox.withId(VmId.random().shortened()) : sandbox,
                null,
                container,
                sandbox.annotations(),
                List.of(),
                List.of(),
                null,
                owner),
            deadline);
    try {
      made.start(deadline);
      return made;
    } catch (RuntimeException | Error e) {
      end(made);
      throw e;
    }
  }

  /** Removes a container with its VM, also in a thread that is interrupted. */
  public static void end(KeptContainer container) {
    try {
      Uninterrupted.run(() -> container.delete(true, Deadline.after(UNDO_LIMIT)));
    } catch (RuntimeException e) {
      log.warn("container {}: it ends with its lease: {}", container.name(), ErrorText.of(e));
    }
  }
}
