package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What clients can ask about templates. */
public interface TemplateDesk {
  /** Builds a template of the configured spec. */
  TemplateInfo create(TemplateRequest request, Deadline deadline);

  /** Lists all templates in the store. */
  List<TemplateInfo> list();

  /**
   * Deletes a template and ends the VMs that are kept of it.
   *
   * @param key key or a prefix of at least 8 digits
   * @return the whole key, hex
   */
  String delete(String key, Deadline deadline);

  /**
   * A request for a template.
   *
   * @param vcpus null = as configured
   * @param memoryMib null = as configured
   * @param replace build again even if a usable template exists
   * @param listener gets each step
   */
  record TemplateRequest(
      @Nullable Integer vcpus,
      @Nullable Integer memoryMib,
      boolean replace,
      BuildListener listener) {}
}
