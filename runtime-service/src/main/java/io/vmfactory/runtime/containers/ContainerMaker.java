package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.runtime.containers.ContainerRecord.Step;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes containers. The journal knows of a container before it has a VM, so a service that is
 * killed at any step leaves nothing that the next one does not find.
 */
record ContainerMaker(Keeping keeping) {
  private static final Logger log = LoggerFactory.getLogger(ContainerMaker.class);
  private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);

  /**
   * Makes a container in another one's VM: CREATED. If it throws, nothing is left.
   *
   * @param sandbox the sandbox with that VM
   */
  KeptContainer makeIn(Sandbox sandbox, NewContainer wanted, Deadline deadline) {
    ContainerRecord record = record(wanted, sandbox.id());
    keeping.journal().write(record);
    try {
      return made(wanted, record, sandbox, deadline);
    } catch (RuntimeException | Error e) {
      Runnable undoing =
          () -> ContainerEnd.remove(keeping, record, () -> sandbox, Deadline.after(UNDO_LIMIT));
      undo(sandbox, undoing, e);
      throw e;
    }
  }

  /** Makes a container in a VM of its own: CREATED. If it throws, nothing is left. */
  KeptContainer make(NewContainer wanted, Deadline deadline) {
    Sandbox sandbox = keeping.runtime().create(sandbox(wanted), deadline);
    try {
      ContainerRecord record = record(wanted, sandbox.id());
      keeping.journal().write(record);
      sandbox.start(deadline);
      return made(wanted, record, sandbox, deadline);
    } catch (RuntimeException | Error e) {
      undo(sandbox, () -> sandbox.delete(Deadline.after(UNDO_LIMIT)), e);
      throw e;
    }
  }

  private KeptContainer made(
      NewContainer wanted, ContainerRecord record, Sandbox sandbox, Deadline deadline) {
    MadeContainer now =
        make(new ContainerInVm(wanted, sandbox, record.id(), deadline), wanted.templates());
    ContainerRecord made = record.made(now.how());
    keeping.journal().write(made);
    return KeptContainer.following(keeping, made, sandbox, now.container(), deadline);
  }

  private static MadeContainer make(ContainerInVm container, @Nullable TemplateUse use) {
    if (use != null) {
      return new TemplatedContainer(container, use).make();
    }
    return new MadeContainer(container.create(container.wanted().container()), Map.of());
  }

  /** A container of the default namespace has a sandbox of the same name, for people. */
  private static SandboxSpec sandbox(NewContainer wanted) {
    boolean named = wanted.name().namespace().equals(ContainerName.DEFAULT);
    return wanted
        .sandbox()
        .withId(named ? wanted.name().id() : wanted.sandbox().id())
        .withAnnotations(wanted.annotations());
  }

  private ContainerRecord record(NewContainer wanted, String sandbox) {
    List<String> command = wanted.container().oci().process().args();
    return new ContainerRecord(
        ContainerRecord.VERSION,
        wanted.name().namespace(),
        wanted.name().id(),
        wanted.requestId(),
        sandbox,
        Step.MAKING,
        keeping.clock().now().toString(),
        command,
        wanted.annotations(),
        wanted.engine(),
        wanted.host(),
        null);
  }

  private static void undo(Sandbox sandbox, Runnable undoing, Throwable failure) {
    try {
      Uninterrupted.run(undoing);
    } catch (RuntimeException e) {
      log.warn(
          "sandbox {}: a part is left until the next start: {}", sandbox.id(), ErrorText.of(e));
      failure.addSuppressed(e);
    }
  }
}
