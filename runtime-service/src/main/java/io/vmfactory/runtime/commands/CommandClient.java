package io.vmfactory.runtime.commands;

import io.vmfactory.api.runtime.v1.AttachProcess;
import io.vmfactory.api.runtime.v1.ProcessEnded;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.runtime.containers.ClientProcess;
import java.io.IOException;

/** A client whose command line is run here, while it runs. Thread-safe. */
public interface CommandClient {
  /** Returns what the client asks for. */
  CommandRequest request();

  /** Returns the client's process. */
  ClientProcess process();

  /**
   * Writes to an output of the client, and waits until the client has written it.
   *
   * @param error whether to standard error
   * @throws IOException if it cannot be written; the message is the system's
   */
  void write(boolean error, byte[] text) throws IOException;

  /**
   * Lets the client connect its user to a process, and waits until that has ended or does not
   * interest the client any more.
   *
   * @throws CancelledException if the client has left
   */
  ProcessEnded attach(AttachProcess process);

  /** Returns the number of the signal that ended the command, 1..64; 0 if none did. */
  int signal();

  /**
   * Returns whether the service stops. Then a container that has begun goes on: the next service
   * finds it.
   */
  boolean isAbandoned();
}
