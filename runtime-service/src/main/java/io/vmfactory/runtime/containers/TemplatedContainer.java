package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A container that uses named templates (ADR 0065). If its VM is a clone of one, and the template's
 * container is like it, it becomes that one. Otherwise it is created as any other.
 */
record TemplatedContainer(ContainerInVm container, TemplateUse use) {
  private static final Logger log = LoggerFactory.getLogger(TemplatedContainer.class);

  /** By this annotation, a record says whether the template's container was used. */
  private static final String HOW = "io.vmfactory.template.container";

  private static final String REUSED = "reused";
  private static final String NOT_USED = "not used: ";
  private static final String STORE = "annotations[\"io.vmfactory.template.store\"]: ";

  /** Makes it, and returns what the journal keeps of how. */
  Map<String, String> make() {
    boolean cloned = !container.wanted().sandbox().template().isEmpty();
    Map<String, String> how = Map.of();
    if (cloned) {
      how = Map.of(HOW, inClone());
    } else {
      container.create(spec());
    }
    if (!use.store().isEmpty()) {
      store();
    }
    return how;
  }

  private ContainerSpec spec() {
    ContainerSpec spec = container.wanted().container();
    return use.store().isEmpty() ? spec : spec.withProgramAtStart();
  }

  private String inClone() {
    TemplateFit fit = TemplateFit.of(container.sandbox().waiting(), use);
    String waiting = fit.container();
    if (waiting != null) {
      container.become(waiting);
      return REUSED;
    }
    log.info(
        "container {}: the container of template {} is not used: {}",
        container.wanted().name(),
        container.wanted().sandbox().template(),
        fit.reason());
    container.create(spec());
    return NOT_USED + fit.reason();
  }

  private void store() {
    try {
      container.sandbox().store(use.store(), container.id(), use.shape(), container.deadline());
    } catch (SandboxException e) {
      throw new SandboxException(Reason.INVALID, STORE + e.getMessage(), e);
    }
  }
}
