package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.StateFile;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.TakenFile;
import java.util.concurrent.CompletionStage;

/** The file that one QEMU writes its device state to, open in both processes. */
final class DeviceState implements AutoCloseable {
  private final QemuMonitor monitor;
  private final StateFile file;
  private final CompletionStage<TakenFile> given;

  /** Makes the file and gives it to QEMU. */
  DeviceState(QemuMonitor monitor) {
    this.monitor = monitor;
    this.file = StateFile.create("vmfactory-state");
    try (Descriptor writer = file.writer()) {
      this.given = monitor.send(QmpCommand.addFile(writer, "state"));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Waits until QEMU has the file, so that the pause need not. */
  void await(Deadline deadline) {
    monitor.await(given, "QEMU to take an open file", deadline);
  }

  /** Returns the device state of the VM, which is stopped. Called once. */
  byte[] save(Deadline deadline) {
    await(deadline);
    monitor.await(send(), "the device state to be saved", deadline);
    return file.content();
  }

  /** Asks QEMU, which has the file, to save the device state. Does not wait. */
  CompletionStage<?> send() {
    return given.thenCompose(taken -> monitor.send(QmpCommand.saveDevices(taken.set())));
  }

  /** Returns what QEMU has saved. */
  byte[] content() {
    return file.content();
  }

  /** Closes the file here and in QEMU, which may do so only when the VM runs again. */
  @Override
  public void close() {
    given.thenAccept(taken -> monitor.send(QmpCommand.removeFiles(taken.set())));
    file.close();
  }
}
