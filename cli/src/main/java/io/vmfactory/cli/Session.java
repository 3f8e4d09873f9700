package io.vmfactory.cli;

import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.configs.host.StandardOutput;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import java.time.Duration;
import java.util.function.IntSupplier;

/** Connects the user to a process in a container: signals, streams, window size and exit code. */
interface Session {
  /**
   * The parts of the user's input and terminal that the container's process gets.
   *
   * @param input whether it gets the user's standard input; otherwise it has none
   * @param terminal whether it has a terminal, which follows the size of the user's
   * @param raw whether the user's terminal is in raw mode
   */
  record Attachment(boolean input, boolean terminal, boolean raw) {}

  /**
   * Connects the user to {@code subject} until that has ended and all its output is written.
   *
   * @return the exit status of {@code subject}
   * @throws OutputClosedException if an output of the user is closed; {@code subject} keeps running
   *     then
   */
  int attach(Begun subject, Attachment attachment);

  /** Returns whether a signal is ending the command. Then its failures are not reported. */
  boolean isEnding();

  /**
   * Runs {@code work}, which runs a container's process, and returns the exit code: that of the
   * process, or the code for an output of the user that is closed. Failures caused by a signal that
   * ends the command are not reported.
   */
  default int guarded(IntSupplier work) {
    try {
      return work.getAsInt();
    } catch (OutputClosedException e) {
      if (e.isBrokenPipe()) {
        return StandardOutput.BROKEN_PIPE;
      }
      throw e;
    } catch (RuntimeException e) {
      if (isEnding()) {
        return Exit.OF_OUR_OWN; // the code of the signal replaces it
      }
      throw e;
    }
  }

  /** Kills a process, also in a thread that is interrupted; it may have ended. */
  static void kill(ContainerProcess process) {
    try {
      Uninterrupted.run(() -> process.signal(SIGKILL, Deadline.after(LIMIT)));
    } catch (RuntimeException e) {
      return;
    }
  }

  /** signal(7). */
  int SIGKILL = 9;

  /** The limit for passing on one signal. */
  Duration LIMIT = Duration.ofSeconds(10);
}
