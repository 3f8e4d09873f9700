package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.ContainerShape;
import java.util.List;

/**
 * How a container with a VM of its own uses named templates.
 *
 * @param shape what it keeps from its creation on
 * @param changing the places of mounts whose content follows the host's
 * @param store the template that its VM is stored as when it is made; empty = it is not stored
 */
public record TemplateUse(ContainerShape shape, List<String> changing, String store) {
  public TemplateUse {
    changing = List.copyOf(changing);
  }
}
