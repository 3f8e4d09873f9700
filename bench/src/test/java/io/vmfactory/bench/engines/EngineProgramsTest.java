package io.vmfactory.bench.engines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineProgramsTest {
  @TempDir Path folder;

  @BeforeEach
  void fill() throws IOException {
    for (String name : List.of("busybox", "conmon", "podman", "tar")) {
      Files.createFile(
          folder.resolve(name),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
  }

  private String missing(boolean root) {
    return EnginePrograms.missing(root, List.of("", "/none", folder.toString()));
  }

  @Test
  void missingProgramsAreNamedWithTheirPackages() {
    assertThat(missing(true))
        .isEqualTo(
            "containerd, ctr missing; install: sudo apt-get install --no-install-recommends"
                + " containerd");
  }

  @Test
  void rootIsNeeded() throws Exception {
    for (String name : List.of("containerd", "ctr")) {
      Files.createLink(folder.resolve(name), folder.resolve("podman"));
    }

    assertThat(missing(false)).isEqualTo("container engines need root; use sudo");
    assertThat(missing(true)).isEmpty();
  }

  @Test
  void aFileThatCannotBeRunIsNoProgram() throws Exception {
    Files.setPosixFilePermissions(
        folder.resolve("podman"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(missing(true)).startsWith("containerd, ctr, podman missing");
  }
}
