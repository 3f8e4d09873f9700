package io.vmfactory.vmm;

import io.vmfactory.linux.AccessList;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A VM's folder under {@code run_dir/vm}, mode 0700, and the names in it. The folder exists before
 * the VM is started and is removed by {@link Vm#kill()}.
 *
 * @param path {@code run_dir/vm/<id>}
 */
public record VmFolder(Path path) {
  /** Longest path that fits sockaddr_un.sun_path with its closing NUL, see unix(7). */
  public static final int MAX_SOCKET_PATH_BYTES = 107;

  /** Number of the agent's ports for clients. */
  public static final int AGENT_PORTS = 4;

  /** Returns the path of the VM's journal record, which the daemon writes. */
  public Path record() {
    return path.resolve("vm.json");
  }

  /** Returns the path of the monitor's socket. */
  public Path qmpSocket() {
    return path.resolve("qmp.sock");
  }

  /** Returns the path of the agent's first port. */
  public Path agentSocket() {
    return agentSocket(0);
  }

  /**
   * Returns the path of one of the agent's ports. Each port serves one connection at a time. A
   * process that shares the VM with others holds an exclusive lock while it uses a port; the lock
   * file is the socket's name with {@code .lock} appended. The last port is the relay's, which
   * shares it among clients.
   *
   * @param port 0..{@link #AGENT_PORTS}-1
   */
  public Path agentSocket(int port) {
    return path.resolve(port == 0 ? "agent.sock" : "agent." + port + ".sock");
  }

  /** Returns the paths of the agent's ports for clients, in order. */
  public List<Path> agentSockets() {
    return IntStream.range(0, AGENT_PORTS).mapToObj(this::agentSocket).toList();
  }

  /**
   * Returns the path of the agent's port that belongs to the daemon: it makes the guest unique over
   * it. No client may use it, so no client has left half a message in it.
   */
  public Path gateSocket() {
    return path.resolve("gate.sock");
  }

  /** Returns the paths of all sockets of the agent: those for clients, then the daemon's. */
  public List<Path> allAgentSockets() {
    return Stream.concat(agentSockets().stream(), Stream.of(gateSocket())).toList();
  }

  /** Returns the path of the file with what the guest's kernel and agent print. */
  public Path consoleLog() {
    return path.resolve("console.log");
  }

  /** Returns the path of the file with what QEMU itself prints. */
  public Path vmmLog() {
    return path.resolve("vmm.log");
  }

  /**
   * Lets a user that is not the folder's owner reach the agent, lock its ports and read the
   * console. The user can neither list nor change the folder.
   *
   * @throws VmmException with reason {@code UNUSABLE} when the file system has no access control
   *     lists
   */
  public void openTo(long uid) {
    try {
      for (Path socket : agentSockets()) {
        OwnerOnly.create(lock(socket));
        AccessList.letUse(lock(socket), uid);
        AccessList.letUse(socket, uid);
      }
      AccessList.letRead(consoleLog(), uid);
      AccessList.letEnter(path, uid); // last: until now nothing in the folder can be reached
    } catch (OsException e) {
      throw VmmException.of(e);
    } catch (IOException e) {
      throw VmFolders.unwritten("cannot make a lock file in " + path, e);
    }
  }

  /** Returns the file that a process locks while it uses a port of the agent. */
  public static Path lock(Path agentSocket) {
    return agentSocket.resolveSibling(agentSocket.getFileName() + ".lock");
  }

  /** Removes the files that a VMM made in the folder, after a failed start. */
  public void removeVmmFiles() {
    List.of(qmpSocket(), consoleLog(), vmmLog()).forEach(VmFolder::delete);
    allAgentSockets().forEach(VmFolder::delete);
  }

  /**
   * Removes the folder and everything in it. A missing file is no error: a process that listens on
   * a socket may be unlinking it at the same time.
   */
  public void remove() {
    try {
      Trees.delete(path);
    } catch (IOException e) {
      throw cannotRemove(path, e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw cannotRemove(file, e);
    }
  }

  private static VmmException cannotRemove(Path file, IOException cause) {
    return new VmmException(VmmException.Reason.FAILED, "cannot remove " + file, cause);
  }
}
