package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation;
import java.nio.file.Path;

/** A separate process that looks for QEMU, and is killed while it does. */
final class CheckingDaemon {
  private CheckingDaemon() {}

  /**
   * Runs it.
   *
   * @param arguments QEMU, the launcher, and the file for the answer on KVM
   */
  public static void main(String... arguments) {
    Path launcher = Path.of(arguments[1]);
    Isolation isolation = new Isolation(Isolation.Mode.AUTO, launcher, 1000, 1, Groups.none());
    QemuConfig config = HostCheckIT.config(Path.of(arguments[0]), "auto", isolation);
    new HostCheck(config, Path.of(arguments[2])).hypervisor();
  }
}
