package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import java.util.concurrent.CompletionStage;

/**
 * The processes in a guest's containers and their streams. Errors as in {@link GuestAgent}; stages
 * fail with {@link GuestException}, also when the connection breaks, and complete on the
 * connection's event loop, where nothing that is chained to them may block. Nothing here holds up
 * anything else: a process that is read slowly waits in the guest.
 */
public interface GuestProcesses {
  /** One of the two outputs; with a terminal everything is STDOUT. */
  enum Output {
    STDOUT,
    STDERR
  }

  /** Starts one more process in a container that runs. */
  void exec(ProcessRef ref, OciProcess process, Deadline deadline);

  /** Sends a signal to one process. */
  void signal(ProcessRef ref, int signal, Deadline deadline);

  /** Sends a signal to all processes of a container. */
  void signalAll(String container, int signal, Deadline deadline);

  /**
   * Completes when the process has ended: 0..255, 128 + signal when a signal ended it. May be asked
   * any number of times, also afterwards, until the container is removed.
   */
  CompletionStage<Integer> exit(ProcessRef ref);

  /**
   * The next bytes of an output, as soon as there are any; empty = its end. One call at a time per
   * output, or the order is lost.
   *
   * <p>A read cannot be called off: the bytes come to its stage even when nobody waits there any
   * more, and a second read would get the ones after them. Who gives up waiting keeps the stage.
   * When the connection is closed with a read under way, what was on its way is lost.
   *
   * @param most 1..1 MiB
   */
  CompletionStage<byte[]> read(ProcessRef ref, Output output, int most);

  /**
   * Writes to the process's input; completes with how many bytes were taken, once they were: that
   * is the back-pressure. One call at a time per process.
   *
   * @param data at most 1 MiB
   */
  CompletionStage<Integer> write(ProcessRef ref, byte[] data);

  /** Ends the process's input. */
  void closeInput(ProcessRef ref, Deadline deadline);

  /** Sets the size of the process's terminal. */
  void resize(ProcessRef ref, int rows, int columns, Deadline deadline);
}
