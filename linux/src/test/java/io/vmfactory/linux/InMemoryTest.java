package io.vmfactory.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Which files take the host's memory. */
class InMemoryTest {
  @Test
  void aMemoryFileDoes() {
    try (MemoryFile file = MemoryFiles.create("test", 4096);
        Descriptor open = new Descriptor(file.descriptor()).copy()) {
      assertThat(open.isInMemory()).isTrue();
    }
  }

  /** A program's file is on a disk, or in an image of one. */
  @Test
  void aFileOnADiskDoesNot() throws IOException {
    Path program = ProcessHandle.current().info().command().map(Path::of).orElseThrow();
    assertThat(Files.getFileStore(program).type()).isNotEqualTo("tmpfs");
    try (Descriptor open =
        new Descriptor(LibC.open(program.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC))) {
      assertThat(open.isInMemory()).isFalse();
    }
  }
}
