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

  /** Makes it. */
  MadeContainer make() {
    boolean cloned = !container.wanted().sandbox().template().isEmpty();
    MadeContainer made = cloned ? inClone() : new MadeContainer(container.create(spec()), Map.of());
    if (!use.store().isEmpty()) {
      store();
    }
    return made;
  }

  private ContainerSpec spec() {
    ContainerSpec spec = container.wanted().container();
    return use.store().isEmpty() ? spec : spec.withProgramAtStart();
  }

  private MadeContainer inClone() {
    TemplateFit fit = TemplateFit.of(container.sandbox().waiting(), use);
    String waiting = fit.container();
    if (waiting != null) {
      return new MadeContainer(container.become(waiting), Map.of(HOW, REUSED));
    }
    log.info(
        "container {}: the container of template {} is not used: {}",
        container.wanted().name(),
        container.wanted().sandbox().template(),
        fit.reason());
    return new MadeContainer(container.create(spec()), Map.of(HOW, NOT_USED + fit.reason()));
  }

  private void store() {
    try {
      container.sandbox().store(use.store(), container.id(), use.shape(), container.deadline());
    } catch (SandboxException e) {
      throw new SandboxException(Reason.INVALID, STORE + e.getMessage(), e);
    }
  }
}
