package io.vmfactory.vmm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * A VM's folder under {@code run_dir/vm}, mode 0700, and the names in it. The folder exists before
 * the VM is started and is removed by {@link Vm#kill()}.
 *
 * @param path {@code run_dir/vm/<id>}
 */
public record VmFolder(Path path) {
  /** Longest path that fits sockaddr_un.sun_path with its closing NUL, see unix(7). */
  public static final int MAX_SOCKET_PATH_BYTES = 107;

  /** Journal record of the VM, written by the daemon. */
  public Path record() {
    return path.resolve("vm.json");
  }

  /** QEMU's monitor. */
  public Path qmpSocket() {
    return path.resolve("qmp.sock");
  }

  /** The agent's port. */
  public Path agentSocket() {
    return path.resolve("agent.sock");
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
    for (Path file : List.of(qmpSocket(), agentSocket(), consoleLog(), vmmLog())) {
      delete(file);
    }
  }

  /** Removes the folder and everything in it; nothing happens when it is not there. */
  public void remove() {
    if (!Files.exists(path)) {
      return;
    }
    try (var tree = Files.walk(path)) {
      tree.sorted(Comparator.reverseOrder()).forEach(VmFolder::delete);
    } catch (IOException e) {
      throw new VmmException(
          VmmException.Reason.FAILED, "cannot remove the VM's folder " + path, e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new VmmException(VmmException.Reason.FAILED, "cannot remove " + file, e);
    }
  }
}
