package io.vmfactory.factory.vm;

import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;

/** A VM that has a name, a folder and a record, and whose process the caller starts now. */
public final class NewVm implements AutoCloseable {
  private final VmId id;
  private final VmFolder folder;
  private final VmRecord making;
  private final Journal journal;
  private boolean started;

  NewVm(VmId id, VmFolder folder, VmRecord making, Journal journal) {
    this.id = id;
    this.folder = folder;
    this.making = making;
    this.journal = journal;
  }

  public VmId id() {
    return id;
  }

  public VmFolder folder() {
    return folder;
  }

  /** Its process is started as {@code vm}. If this throws, the process has been ended. */
  public HostedVm started(Vm vm) {
    HostedVm hosted = new HostedVm(vm, folder, making, journal);
    try {
      hosted.started();
    } catch (RuntimeException e) {
      hosted.end();
      throw e;
    }
    started = true;
    return hosted;
  }

  /**
   * Its process is started as a shell. If this throws, the process has been ended.
   *
   * @param digest of the template's snapshot whose memory it has
   */
  public HostedVm startedAsShell(Vm vm, String digest) {
    HostedVm hosted = new HostedVm(vm, folder, making, journal);
    try {
      hosted.startedAsShell(digest);
    } catch (RuntimeException e) {
      hosted.end();
      throw e;
    }
    started = true;
    return hosted;
  }

  /** Removes the folder, unless the process was started. */
  @Override
  public void close() {
    if (!started) {
      folder.remove();
    }
  }
}
