package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.StreamSocket;
import io.vmfactory.linux.StreamSockets;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.concurrent.CompletableFuture;

/**
 * A VM that a daemon was starting when it was killed. The daemon makes the monitor's socket, and
 * the process that becomes QEMU inherits it from its first moment on, before it has a command line
 * by which it could be found. So the kernel knows: a connection is refused if no such process
 * exists any more; otherwise it is accepted, and QEMU greets when it is up.
 */
public final class StartingVm {
  private static final int ECONNREFUSED = 111;

  private StartingVm() {}

  /**
   * Waits until the VM's QEMU is up or has ended.
   *
   * @return whether a process is or was about to become that VM; false if no process has the VM's
   *     monitor, so no process is or becomes that VM
   */
  public static boolean awaitMonitor(VmFolder folder, Deadline deadline) {
    if (!Files.exists(folder.qmpSocket())) {
      return false; // it is made before the process
    }
    try (StreamSockets sockets = new StreamSockets();
        StreamSocket monitor = sockets.connect(folder.qmpSocket())) {
      CompletableFuture<Void> decided = new CompletableFuture<>();
      monitor.start(new Decided(decided));
      monitor.await(decided, "a VM that was being started: " + folder.path(), deadline);
      return true;
    } catch (OsException e) {
      if (e.errno() == ECONNREFUSED) {
        return false;
      }
      throw VmmException.of(e);
    }
  }

  private record Decided(CompletableFuture<Void> decided) implements StreamSocket.Receiver {
    @Override
    public void received(ByteBuffer greeting) {
      decided.complete(null);
    }

    @Override
    public void ended(String why) {
      decided.complete(null);
    }
  }
}
