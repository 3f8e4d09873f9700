package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.state.TemplateContent;
import io.vmfactory.client.sandbox.state.TemplateContent.MadeContainer;
import io.vmfactory.guest.oci.OciProcess;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A container that a clone begins with, as its template describes it. So the guest need not be
 * asked: a new clone has no translated code, and each first call of a kind takes long (ADR 0062).
 *
 * @param id its id
 * @param created the process that it was created with, if its program has not begun; else null
 * @param shape what it keeps from its creation on, if its program can be chosen; else null
 */
record ClonedContainer(String id, @Nullable OciProcess created, @Nullable ContainerShape shape) {
  /**
   * Returns the containers of a template's clones, in the order of their creation; none if the
   * template does not say.
   *
   * @throws io.vmfactory.guest.oci.OciSpecException if a process cannot be read
   */
  static List<ClonedContainer> of(TemplateContent content) {
    return Objects.requireNonNullElse(content.all(), List.<MadeContainer>of()).stream()
        .map(made -> new ClonedContainer(made.id(), process(made.process()), shape(made.shape())))
        .toList();
  }

  private static @Nullable ContainerShape shape(@Nullable Map<String, String> parts) {
    return parts == null ? null : new ContainerShape(parts);
  }

  private static @Nullable OciProcess process(byte @Nullable [] message) {
    return message == null ? null : OciProcess.parse(message);
  }
}
