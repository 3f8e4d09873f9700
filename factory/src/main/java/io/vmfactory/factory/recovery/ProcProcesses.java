package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.journal.VmRecord.ProcessEntry;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.linux.HostProcess;
import io.vmfactory.vmm.linux.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * As proc(5) tells.
 *
 * @param proc normally {@code /proc}
 */
public record ProcProcesses(Path proc) implements VmProcesses {
  @Override
  public Optional<VmIdentity> find(VmId vm, @Nullable ProcessEntry recorded) {
    return recorded == null
        ? named(vm)
        : Optional.of(recorded.identity(vm)).filter(who -> who.lives(proc));
  }

  /** One whose pid was never recorded, by its {@code -name} argument. */
  private Optional<VmIdentity> named(VmId vm) {
    String name = "\0-name\0" + vm.processName() + "\0";
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        if (commandLine(folder).contains(name)) {
          return identity(vm, folder);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + proc, e);
    }
  }

  private static Optional<VmIdentity> identity(VmId vm, Path folder) {
    try {
      int pid = Integer.parseInt(folder.getFileName().toString());
      Path executable = Files.readSymbolicLink(folder.resolve("exe"));
      return Optional.of(new VmIdentity(vm, pid, VmIdentity.startTicks(folder), executable));
    } catch (IOException e) {
      return Optional.empty(); // gone meanwhile
    }
  }

  @Override
  public void end(VmIdentity process, Deadline deadline) {
    if (!process.lives(proc)) {
      return;
    }
    try (Processes watch = new Processes()) {
      HostProcess held = watch.adopt(process);
      held.kill();
      deadline.await(held.exited(), "the end of process " + process.pid());
    } catch (VmmException e) {
      if (e.reason() != Reason.DIED) {
        throw e;
      }
    }
  }

  private static String commandLine(Path folder) {
    try {
      return Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // gone meanwhile
    }
  }
}
