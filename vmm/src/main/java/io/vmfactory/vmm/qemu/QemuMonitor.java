package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpSession;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A VM's monitor that watches its process: after the process has died, every failure reports that.
 */
final class QemuMonitor implements AutoCloseable {
  /** Longest time from the closing of a dying process's sockets to the notice of its exit. */
  private static final Duration DYING = Duration.ofSeconds(2);

  private final VmId id;
  private final QmpSession session;
  private final QemuProcess process;

  QemuMonitor(VmId id, QmpSession session, QemuProcess process) {
    this.id = id;
    this.session = session;
    this.process = process;
  }

  /**
   * Lets the VM take so many more bytes of the host's memory: its files lie there. Without that the
   * limit of its control group would end it.
   */
  void allow(long bytes) {
    process.bounds().group().grow(bytes);
  }

  /** Returns what the VM's drives may take. */
  DriveBounds.Of driveBounds() {
    return process.bounds().drives();
  }

  /** Sends a command without waiting. */
  <R> CompletionStage<R> send(QmpCommand<R> command) {
    return session.send(command);
  }

  /** Sends a command and waits for its reply. */
  <R> R execute(QmpCommand<R> command, Deadline deadline) {
    try {
      return session.execute(command, deadline);
    } catch (VmmException e) {
      throw explained(e);
    }
  }

  /** Waits for something that fails when the monitor does. */
  <T> T await(CompletionStage<T> stage, String what, Deadline deadline) {
    try {
      return session.await(stage, what, deadline);
    } catch (VmmException e) {
      throw explained(e);
    }
  }

  private VmmException explained(VmmException failure) {
    boolean ended = session.ended().toCompletableFuture().isDone();
    return ended ? died(failure) : failure;
  }

  /** A broken connection usually means a dying process, whose last output is the better message. */
  private VmmException died(VmmException failure) {
    try {
      VmExit exit = Deadline.after(DYING).await(process.exited(), "exit");
      String what = "QEMU of VM %s ended: %s".formatted(id.shortened(), exit);
      return new VmmException(Reason.DIED, what, failure);
    } catch (DeadlineExceededException alive) {
      return failure;
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
