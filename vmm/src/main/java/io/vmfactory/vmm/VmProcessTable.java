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

  /** Some milliseconds of reading. A process that has removed its own command line is no VM. */
  private static final int READS = 1000;

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

  /**
   * While a process executes a new program, it has no command line for some microseconds, and the
   * kernel reports no event when that is over.
   */
  private static String commandLine(Path folder) {
    try {
      String line = read(folder);
      for (int i = 0; line.isEmpty() && i < READS && Files.exists(folder.resolve("exe")); i++) {
        Thread.onSpinWait();
        line = read(folder);
      }
      return line;
    } catch (IOException e) {
      return ""; // gone meanwhile
    }
  }

  private static String read(Path folder) throws IOException {
    return Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1);
  }

  /**
   * Ends the process (SIGKILL) and every other one that has the VM's name, and waits until they are
   * gone. Has no effect if they are gone already. There are others while a VM is being started: its
   * launcher, and QEMU, which has the launcher's program at first and is another identity then.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException when one is still there
   */
  public void end(VmIdentity process, Deadline deadline) {
    Optional<VmIdentity> next = Optional.of(process);
    while (next.isPresent()) {
      endOne(next.get(), deadline);
      next = named(process.id());
    }
  }

  private void endOne(VmIdentity process, Deadline deadline) {
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
