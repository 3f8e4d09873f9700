package io.vmfactory.vmm;

import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A VM's folder under {@code run_dir/vm}, mode 0700, and the names in it. The folder exists before
 * the VM is started and is removed by {@link Vm#kill()}.
 *
 * @param path {@code run_dir/vm/<id>}
 */
public record VmFolder(Path path) {
  /** Longest path that fits sockaddr_un.sun_path with its closing NUL, see unix(7). */
  public static final int MAX_SOCKET_PATH_BYTES = 107;

  /** How many ports the agent has. */
  public static final int AGENT_PORTS = 4;

  /** Journal record of the VM, written by the daemon. */
  public Path record() {
    return path.resolve("vm.json");
  }

  /** QEMU's monitor. */
  public Path qmpSocket() {
    return path.resolve("qmp.sock");
  }

  /** The agent's first port: the daemon's own, until it hands the VM out. */
  public Path agentSocket() {
    return agentSocket(0);
  }

  /**
   * One of the agent's ports. Each serves one connection at a time; who shares a VM with others
   * holds an exclusive lock on the file of this name with {@code .lock} appended meanwhile.
   *
   * @param port 0..{@link #AGENT_PORTS}-1
   */
  public Path agentSocket(int port) {
    return path.resolve(port == 0 ? "agent.sock" : "agent." + port + ".sock");
  }

  /** All of the agent's ports, the first one first. */
  public List<Path> agentSockets() {
    return IntStream.range(0, AGENT_PORTS).mapToObj(this::agentSocket).toList();
  }

  /** What the guest's kernel and agent print. */
  public Path consoleLog() {
    return path.resolve("console.log");
  }

  /** What QEMU itself prints. */
  public Path vmmLog() {
    return path.resolve("vmm.log");
  }

  /** Removes what a VMM made in the folder: what a start that failed must not leave behind. */
  public void removeVmmFiles() {
    List.of(qmpSocket(), consoleLog(), vmmLog()).forEach(VmFolder::delete);
    agentSockets().forEach(VmFolder::delete);
  }

  /**
   * Removes the folder and everything in it; what is not there, or goes meanwhile, is no error: who
   * listened on a socket may be unlinking it just now.
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
