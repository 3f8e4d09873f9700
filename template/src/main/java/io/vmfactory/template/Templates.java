package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import java.util.List;

/**
 * Builds, lists, loads, clones and deletes templates: the public interface of this room.
 * Thread-safe.
 */
public interface Templates extends AutoCloseable {
  /**
   * Returns the key that a template of {@code spec} has on this host now.
   *
   * @throws TemplateException if kernel or initrd cannot be read; names the file
   */
  TemplateKey keyOf(VmSpec spec);

  /** Returns every template in the store, newest first, also those that this host may not load. */
  List<TemplateInfo> list();

  /**
   * Boots a template VM of {@code spec}, snapshots it and publishes the template under its key. A
   * build that fails or is cancelled leaves no process and nothing that looks like a template. An
   * existing template of the same key is replaced at the moment of publishing.
   *
   * @throws TemplateException if a step failed; names the step
   */
  TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline);

  /**
   * Stores a snapshot of a VM that ran as a template with a key of its own. The snapshot stays the
   * caller's. A failure leaves nothing.
   *
   * @param mostBytes most bytes of data that it may take on disk
   * @param laps what it contains becomes the steps of the template; gets "store" and "publish"
   * @throws TemplateException with reason {@code RESOURCES} if the disk is full, or it needs more
   */
  TemplateInfo store(
      VmSnapshot taken, SnapshotNote note, long mostBytes, Laps laps, Deadline deadline);

  /**
   * Removes a template from store and memory. Its clones keep running.
   *
   * @throws TemplateException with reason {@code NOT_FOUND}
   */
  void delete(TemplateKey key);

  /**
   * Verifies a template and loads it into memory, so that its first clone need not wait for that.
   *
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   */
  void load(TemplateKey key, Deadline deadline);

  /**
   * Starts a VM without its device state: INCOMING, its memory copy-on-write over the template's.
   * If the template is not in memory yet, loads and verifies it first.
   *
   * @param laps receives each step: "template" (load; near zero if already loaded), "spawn"
   *     (process start until its monitor answers)
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   */
  Shell prepare(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline);

  /**
   * Takes over a shell that an earlier daemon prepared. The VM must come from the snapshot that is
   * stored now, and only the caller can know whether it does: the caller compares the result's
   * {@link Shell#digest()} with the recorded digest and kills a VM that differs. If this throws,
   * the VM is unchanged.
   *
   * @param vm a VM of that template, INCOMING
   * @throws TemplateException with reason {@code NOT_FOUND} or {@code REFUSED}
   * @throws VmmException with reason {@code ILLEGAL_PHASE} if the VM does not wait for device state
   */
  Shell adopt(TemplateKey key, Vm vm, Deadline deadline);

  /**
   * Starts a new clone: PAUSED. Does the same as {@link #prepare} and {@link Shell#load} in less
   * time, with their laps "template", "spawn", "load" and "drives", and their errors.
   */
  default Vm restore(TemplateKey key, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    Shell shell = prepare(key, id, folder, laps, deadline);
    shell.load(laps, deadline);
    return shell.vm();
  }

  /** Frees the loaded templates. Running clones are not affected. */
  @Override
  void close();
}
