package io.vmfactory.guest.ttrpc;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.linux.StreamSocket;
import io.vmfactory.linux.StreamSockets;
import java.nio.file.Path;
import java.util.List;

/**
 * The relay of a VM: a process that holds one port of the agent and shares it among any number of
 * connections, of all processes ({@code guest/relay}). It listens beside the port. The first client
 * starts it, and it ends with its last client.
 *
 * @param program the relay's executable
 * @param sockets makes the connections
 */
record AgentRelay(Path program, StreamSockets sockets) {
  private static final String SOCKET = "relay.sock";
  private static final Path NO_OUTPUT = Path.of("/dev/null");

  /** Returns the socket of the relay of {@code port}. */
  static Path socket(Path port) {
    return port.toAbsolutePath().resolveSibling(SOCKET);
  }

  /**
   * Connects to the relay of {@code port}; starts it if it does not run.
   *
   * @throws GuestException when the relay cannot be started, such as when no process serves the
   *     port
   */
  StreamSocket connect(Path port, Deadline deadline) {
    Path socket = socket(port);
    while (true) {
      deadline.check("a connection to the agent at " + socket);
      try {
        return sockets.connect(socket);
      } catch (OsException e) {
        // It does not run, or its last client has left at this moment.
        start(socket, port.toAbsolutePath());
      }
    }
  }

  private void start(Path socket, Path port) {
    List<String> arguments =
        List.of(
            Integer.toString(Program.FIRST_INHERITED), // the report
            socket.toString(),
            port.toString());
    try {
      Processes.startService(new Program(program, arguments, NO_OUTPUT, List.of()));
    } catch (OsException e) {
      throw new GuestException(
          GuestException.UNAVAILABLE,
          "the relay of the agent at %s does not start: %s".formatted(port, e.getMessage()),
          e);
    }
  }
}
