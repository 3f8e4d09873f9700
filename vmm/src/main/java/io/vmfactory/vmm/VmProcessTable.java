package io.vmfactory.vmm;

import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.linux.Processes;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.ControlGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The VMs' processes on this host, of this daemon and of others, as proc(5) shows them. A process
 * is that of a VM if its program is a QEMU, its command line has the VM's name, and it belongs to
 * this user or, if this user is root, to a user of VMs. What a file says about a process is not
 * enough to end it.
 *
 * @param proc normally {@code /proc}
 * @param isolation has the users of VMs
 */
public record VmProcessTable(Path proc, Isolation isolation) {
  /** The kernel's folder of processes. */
  public static final Path PROC = Path.of("/proc");

  /** Some milliseconds of reading. A process that has removed its own command line is no VM. */
  private static final int READS = 1000;

  /** Returns whether a program is a QEMU, by the name of its file. */
  public static boolean isQemu(Path executable) {
    return executable.getFileName().toString().contains("qemu");
  }

  /**
   * Finds the process of a VM whose pid was never recorded. If a process is just about to become
   * that VM's QEMU, waits until it is: it holds the VM's monitor socket from the moment in which it
   * is made, so nothing is overlooked.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException if a process does not become that
   *     VM in time
   */
  public Optional<VmIdentity> find(VmId vm, VmFolder folder, Deadline deadline) {
    Optional<VmIdentity> found = named(vm);
    if (found.isEmpty() && StartingVm.awaitMonitor(folder, deadline)) {
      found = named(vm);
    }
    return found;
  }

  private Optional<VmIdentity> named(VmId vm) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        Optional<VmIdentity> found = isVm(vm, folder) ? identity(vm, folder) : Optional.empty();
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + proc, e);
    }
  }

  /**
   * Returns the recorded process if it lives.
   *
   * @throws VmmException if it lives and is not that VM
   */
  public Optional<VmIdentity> living(VmIdentity recorded) {
    if (!recorded.lives(proc)) {
      return Optional.empty();
    }
    if (!isVm(recorded.id(), proc.resolve(Integer.toString(recorded.pid())))) {
      throw new VmmException(
          Reason.FAILED,
          "process %d (%s) is not a QEMU of VM %s that this user has started; it is left alone"
              .formatted(recorded.pid(), recorded.executable(), recorded.id()));
    }
    return Optional.of(recorded);
  }

  private boolean isVm(VmId vm, Path folder) {
    try {
      return commandLine(folder).contains("\0-name\0" + vm.processName() + "\0")
          && isVms(Files.readSymbolicLink(folder.resolve("exe")))
          && mayBeVms((Integer) Files.getAttribute(folder, "unix:uid"));
    } catch (IOException e) {
      return false; // gone meanwhile
    }
  }

  /** While a VM is being started, its processes have the launcher's program. */
  private boolean isVms(Path executable) {
    return isQemu(executable)
        || executable.getFileName().equals(isolation.launcher().getFileName());
  }

  private boolean mayBeVms(int user) {
    int own = OwnUser.uid();
    return user == own || (own == 0 && isolation.isUser(Integer.toUnsignedLong(user)));
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
  private static String commandLine(Path folder) throws IOException {
    String line = read(folder);
    for (int i = 0; line.isEmpty() && i < READS && Files.exists(folder.resolve("exe")); i++) {
      Thread.onSpinWait();
      line = read(folder);
    }
    return line;
  }

  private static String read(Path folder) throws IOException {
    return Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1);
  }

  /**
   * Ends the process (SIGKILL) and every other one of the VM, and waits until they are gone. Has no
   * effect if they are gone already. There are others while a VM is being started: its launcher,
   * and QEMU, which has the launcher's program at first and is another identity then.
   *
   * @throws VmmException if it is not that VM
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
    if (living(process).isEmpty()) {
      return;
    }
    try (Processes watch = new Processes()) {
      HostProcess held = watch.adopt(process.process());
      Path folder = proc.resolve(Integer.toString(process.pid()));
      ControlGroup group = ControlGroup.of(process.id(), folder);
      held.kill();
      deadline.await(held.exited(), "the end of process " + process.pid());
      group.removeAsLast();
    } catch (OsException e) {
      if (e.kind() != OsException.Kind.GONE) {
        throw VmmException.of(e);
      }
    }
  }
}
