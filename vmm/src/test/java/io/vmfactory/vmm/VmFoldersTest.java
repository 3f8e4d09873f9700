package io.vmfactory.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

final class VmFoldersTest {
  @Test
  void aFullDiskIsALackOfResourcesWithItsRemedy() {
    IOException full = catchThrowableOfType(IOException.class, VmFoldersTest::writeToFullDevice);
    assertThat(VmFolders.unwritten("cannot write x", full))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.RESOURCES))
        .hasMessage("cannot write x: run_dir is full: make room");
    assertThat(VmFolders.unwritten("cannot write x", new IOException("Permission denied")))
        .isInstanceOf(UncheckedIOException.class);
  }

  /** The kernel's own text. */
  private static void writeToFullDevice() throws IOException {
    try (var out = new FileOutputStream("/dev/full")) {
      out.write(1);
    }
  }
}
