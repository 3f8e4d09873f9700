package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
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
   * A VM without its state: INCOMING, its memory copy-on-write over the template's. The template is
   * loaded and verified first when it is not in memory yet.
   *
   * @param laps told of each step: "template" (load, near zero when loaded), "spawn" (process until
   *     its monitor answers)
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   */
  Shell prepare(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline);

  /**
   * Takes a shell back that an earlier daemon prepared. The VM must be of the snapshot that is
   * stored now: nobody but the caller knows from which one its memory came, so he compares the
   * result's {@link Shell#digest()} with what was written down then, and ends a VM that differs.
   * When this throws, the VM is as it was.
   *
   * @param vm a VM of that template, INCOMING
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   * @throws VmmException with reason {@code ILLEGAL_PHASE} when it does not wait for device state
   */
  Shell adopt(TemplateKey key, Vm vm, Deadline deadline);

  /**
   * A new clone: PAUSED. The same as {@link #prepare} and {@link Shell#load} in less time, with
   * their laps "template", "spawn", "load" and their errors.
   */
  default Vm restore(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    Shell shell = prepare(key, id, folder, laps, deadline);
    shell.load(laps, deadline);
    return shell.vm();
  }

  /** Frees what is loaded. Clones that run go on. */
  @Override
  void close();
}
