package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.util.List;

/** The door of this room: everything the daemon does with templates. Thread-safe. */
public interface Templates extends AutoCloseable {
  /**
   * The key a template of {@code spec} has on this host today.
   *
   * @throws TemplateException when kernel or initrd cannot be read, naming the file
   */
  TemplateKey keyOf(VmSpec spec);

  /** Every template in the store, newest first; also those this host may not load. */
  List<TemplateInfo> list();

  /**
   * Boots a template VM of {@code spec}, snapshots it and publishes it under its key. A build that
   * fails or is cancelled leaves no process and nothing that looks like a template. An existing
   * template of the same key is replaced at the moment of publishing.
   *
   * @throws TemplateException naming the step that failed
   */
  TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline);

  /**
   * Removes a template from store and memory. Clones that run from it go on.
   *
   * @throws TemplateException with reason {@code NOT_FOUND}
   */
  void delete(TemplateKey key);

  /**
   * Verifies a template and takes it into memory, so that its first clone need not wait for that.
   *
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   */
  void load(TemplateKey key, Deadline deadline);

  /**
   * A new clone: PAUSED, its memory copy-on-write over the template's. The template is loaded and
   * verified first when it is not in memory yet.
   *
   * @param laps told of each step: "template" (load, near zero when loaded), "spawn" (process until
   *     its monitor answers), "load" (device state)
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   */
  Vm restore(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline);

  /** Frees what is loaded. Clones that run go on. */
  @Override
  void close();
}
