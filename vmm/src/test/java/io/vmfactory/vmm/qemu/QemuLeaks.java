package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Proves after each test that this process has no QEMU process left. */
public final class QemuLeaks implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    assertThat(running()).as("QEMU processes left behind").isEmpty();
  }

  /** Returns the command lines of this process's children that are VMs. */
  public static List<String> running() {
    return ProcessHandle.current()
        .children()
        .map(child -> commandLine(child.pid()))
        .filter(line -> line.contains("vmfactory-"))
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }
}
