package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import java.util.concurrent.CompletionStage;

/**
 * The processes in a guest's containers and their streams. Errors as in {@link GuestAgent}. The
 * stages fail with {@link GuestException}, also when the connection breaks. They complete on the
 * connection's reading thread, so no function chained to them may block. A process whose output is
 * read slowly waits in the guest and delays no other call.
 */
public interface GuestProcesses {
  /** One of the two outputs. With a terminal, all output is STDOUT. */
  enum Output {
    STDOUT,
    STDERR
  }

  /**
   * Starts another process in a running container. The guest takes what {@code process} leaves out
   * (user, environment, capabilities, ...) from the container's first process.
   */
  void exec(ProcessRef ref, OciProcess process, Deadline deadline);

  /** Sends a signal to one process. */
  void signal(ProcessRef ref, int signal, Deadline deadline);

  /** Sends a signal to all processes of a container. */
  void signalAll(String container, int signal, Deadline deadline);

  /**
   * Completes when the process has ended, with 0..255, or 128 + signal when a signal ended it. It
   * can be called repeatedly, also after the end, until the container is removed.
   */
  CompletionStage<Integer> exit(ProcessRef ref);

  /**
   * Completes with the next bytes of an output as soon as there are some; empty = the end. Make one
   * call at a time per output; otherwise the order is lost.
   *
   * <p>A read cannot be cancelled: its stage gets the bytes even if no caller waits for it any
   * more, and a second read gets the bytes after them. A caller that stops waiting must keep the
   * stage. If the connection is closed during a read, the bytes on their way are lost.
   *
   * @param most largest number of bytes, 1..1 MiB
   */
  CompletionStage<byte[]> read(ProcessRef ref, Output output, int most);

  /**
   * Writes to the process's input. Completes with the number of bytes that the process's input has
   * accepted; this is the back-pressure. Make one call at a time per process.
   *
   * @param data at most 1 MiB
   */
  CompletionStage<Integer> write(ProcessRef ref, byte[] data);

  /** Closes the process's input. */
  void closeInput(ProcessRef ref, Deadline deadline);

  /** Sets the size of the process's terminal. */
  void resize(ProcessRef ref, int rows, int columns, Deadline deadline);
}
