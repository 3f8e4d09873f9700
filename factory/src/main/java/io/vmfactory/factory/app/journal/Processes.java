package io.vmfactory.factory.app.journal;

import io.vmfactory.factory.app.journal.VmRecord.ProcessEntry;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which processes live, as proc(5) tells.
 *
 * @param proc normally {@code /proc}
 */
public record Processes(Path proc) {
  /** Whether this very process, not a later one of the same pid, still lives. */
  public boolean lives(ProcessEntry process) {
    Path folder = proc.resolve(Integer.toString(process.pid()));
    try {
      return VmIdentity.startTicks(folder) == process.startTicks()
          && executable(folder).equals(process.executable());
    } catch (IOException e) {
      return false;
    }
  }

  /** The process of a VM whose pid was never recorded, by its {@code -name} argument. */
  public Optional<Integer> named(VmId vm) {
    String name = "\0-name\0" + vm.processName() + "\0";
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path folder : folders) {
        if (commandLine(folder).contains(name)) {
          return Optional.of(Integer.parseInt(folder.getFileName().toString()));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + proc, e);
    }
  }

  /** Ends a process that {@link #lives} or {@link #named} has just found (SIGKILL). */
  public void end(int pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }

  /** A program replaced since (by an upgrade) is the same one: the kernel only appends a mark. */
  private static String executable(Path folder) throws IOException {
    String target = Files.readSymbolicLink(folder.resolve("exe")).toString();
    return target.endsWith(" (deleted)")
        ? target.substring(0, target.length() - " (deleted)".length())
        : target;
  }

  private static String commandLine(Path folder) {
    try {
      return Files.readString(folder.resolve("cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // gone meanwhile
    }
  }
}
