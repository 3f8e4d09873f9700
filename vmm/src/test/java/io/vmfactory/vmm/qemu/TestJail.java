package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.host.OwnUser;
import java.nio.file.Path;
import java.util.List;

/** The jail that tests with a real QEMU run their VMs in. */
final class TestJail {
  static final Path LAUNCHER =
      Path.of(System.getProperty("vmfactory.top"), "dist", "bin", "vmfactory-jailer");

  private TestJail() {}

  static Jail make() {
    return new Jail(
        LAUNCHER,
        OwnUser.isRoot()
            ? JailUsers.range(1_879_048_192L, 1 << 16, List.of())
            : JailUsers.namespace(OwnUser.uid(), OwnUser.gid()));
  }
}
