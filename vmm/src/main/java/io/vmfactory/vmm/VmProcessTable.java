package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.linux.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The VMs' processes on this host, of this daemon and of others, as proc(5) shows them.
 *
 * @param proc normally {@code /proc}
 */
public record VmProcessTable(Path proc) {
  /** The kernel's folder of processes. */
  public static final Path PROC = Path.of("/proc");

  /** Finds the process of a VM whose pid was never recorded, by its {@code -name} argument. */
  public Optional<VmIdentity> named(VmId vm) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        if (isNamed(vm, folder)) {
          return identity(vm, folder);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + proc, e);
    }
  }

  /** Returns whether the command line of the process says that it is that VM. */
  public boolean runs(VmIdentity who) {
    return isNamed(who.id(), proc.resolve(Integer.toString(who.pid())));
  }

  private static boolean isNamed(VmId vm, Path folder) {
    return commandLine(folder).contains("\0-name\0" + vm.processName() + "\0");
  }

  private static Optional<VmIdentity> identity(VmId vm, Path folder) {
    try {
      return Optional.of(VmIdentity.of(vm, ProcessIdentity.of(folder)));
    } catch (IOException e) {
      return Optional.empty(); // gone meanwhile
    }
  }

  private static String commandLine(Path folder) {
    try {
      return Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // gone meanwhile
    }
  }

  /**
   * Ends the process (SIGKILL) and waits until it is gone. Has no effect if it is gone already.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException when it is still there
   */
  public void end(VmIdentity process, Deadline deadline) {
    if (!process.lives(proc)) {
      return;
    }
    try (Processes watch = new Processes()) {
      HostProcess held = watch.adopt(process.process());
      held.kill();
      deadline.await(held.exited(), "the end of process " + process.pid());
    } catch (OsException e) {
      if (e.kind() != OsException.Kind.GONE) {
        throw VmmException.of(e);
      }
    }
  }
}
