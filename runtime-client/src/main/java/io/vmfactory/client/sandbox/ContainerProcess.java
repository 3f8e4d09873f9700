package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestProcesses.Output;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletionStage;

/**
 * A process in a container, and its streams. The streams block and pass bytes through unchanged.
 * They buffer at most 512 KiB per direction: a process whose output is not read waits in its guest,
 * and a writer waits for a process that does not read. Streams throw IOException if the VM or the
 * connection to it is gone, {@code InterruptedIOException} if the thread is interrupted. Use each
 * stream from one thread at a time, and the streams of a process through one handle only.
 */
public interface ContainerProcess {
  /**
   * Returns the id of the process in its container. The first process has the id of the container.
   */
  String id();

  /** Returns its standard input. Closing the stream sends the process an end of file. */
  OutputStream stdin();

  /** Returns its standard output; with a terminal, all of its output. */
  InputStream stdout();

  /** Returns its standard error; with a terminal, it is empty. */
  InputStream stderr();

  /**
   * Returns a stage that completes with the next bytes of an output, at most 256 KiB; empty at its
   * end. For callers that serve many processes: no thread waits. Use either this method or the
   * stream of the output, and make one call at a time per output. Fails with {@link
   * SandboxException} if the VM or the connection to it is gone.
   */
  CompletionStage<byte[]> read(Output output);

  /**
   * Returns a stage that completes with the exit status when the process has ended: 0..255, or 128
   * + N if signal N ended it. It fails with {@link SandboxException} if the status can no longer be
   * determined.
   */
  CompletionStage<Integer> exited();

  /** Waits for the end of the process. Returns the exit status, see {@link #exited()}. */
  int await(Deadline deadline);

  /** Sends a signal to the process. */
  void signal(int signal, Deadline deadline);

  /** Sets the size of its terminal. */
  void resize(int rows, int columns, Deadline deadline);
}
