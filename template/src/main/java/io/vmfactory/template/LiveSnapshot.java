package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;

/**
 * A snapshot of a VM that runs, in memory. It is cloned like a template and never stored; when it
 * is closed and its clones have ended, nothing of it is left.
 */
public final class LiveSnapshot implements AutoCloseable {
  private final String id;
  private final Hypervisor hypervisor;
  private final LoadedTemplate loaded;

  /**
   * Makes one of {@code taken}, which is this object's from now on.
   *
   * @param id names it in the records of its clones
   * @param hypervisor runs the clones
   * @param overlayDir folder for the copy-on-write files of their drives
   */
  public LiveSnapshot(String id, Hypervisor hypervisor, VmSnapshot taken, Path overlayDir) {
    this.id = id;
    this.hypervisor = hypervisor;
    this.loaded = new LoadedTemplate(taken, overlayDir);
  }

  /** Returns its id. */
  public String id() {
    return id;
  }

  /** Returns devices and sizes of the clones. */
  public VmSpec spec() {
    return loaded.spec();
  }

  /**
   * Starts a clone, which has the drives of the snapshot's VM: PAUSED.
   *
   * @param laps gets "spawn" and "load", as {@link Templates#restore}, and "drives"
   */
  public Vm restore(VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    return loaded.restore(hypervisor, id, folder, laps, deadline);
  }

  @Override
  public void close() {
    loaded.close();
  }
}
