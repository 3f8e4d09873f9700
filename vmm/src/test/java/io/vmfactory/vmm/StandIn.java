package io.vmfactory.vmm;

import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.QemuConfig.Isolation.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A process that looks like a QEMU from outside: its program is a shell with that name. */
public final class StandIn {
  /** The processes of this host; all VMs have this process's user. */
  public static final VmProcessTable TABLE =
      new VmProcessTable(
          VmProcessTable.PROC,
          new Isolation(Mode.AUTO, Path.of("/none/stand-in-launcher"), 1, 1, Groups.none()));

  private StandIn() {}

  /** Starts a process that waits for input, with a VM's name where a VMM has it. */
  public static Process start(Path folder, String name) throws IOException {
    return started(copied(folder.resolve("qemu-stand-in")), name);
  }

  /** The same, but its program is the launcher's, as long as a VM is being started. */
  public static Process launcher(Path folder, String name) throws IOException {
    return started(copied(folder.resolve("stand-in-launcher")), name);
  }

  private static Path copied(Path program) throws IOException {
    Files.copy(Path.of("/bin/sh"), program, StandardCopyOption.REPLACE_EXISTING);
    program.toFile().setExecutable(true);
    return program;
  }

  /** The same, but its program is not named like a QEMU. */
  public static Process stranger(String name) throws IOException {
    return started(Path.of("/bin/sh"), name);
  }

  private static Process started(Path program, String name) throws IOException {
    return new ProcessBuilder(program.toString(), "-c", "read line", "-name", name, "-display")
        .start();
  }
}
