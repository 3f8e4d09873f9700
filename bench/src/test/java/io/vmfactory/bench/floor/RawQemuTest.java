package io.vmfactory.bench.floor;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawQemuTest {
  @TempDir private Path folder;

  @BeforeEach
  void template() throws IOException {
    Files.createFile(folder.resolve("state"));
  }

  @Test
  void aQemuThatDoesNotStartIsReportedAsSuch() throws IOException {
    RawQemu raw = raw("exit 1");

    assertThatIOException()
        .isThrownBy(raw::run)
        .withMessage("raw QEMU, after []: waited for \"QMP\", got null");
  }

  @Test
  void aRefusedCommandIsReportedWithTheStepsBeforeIt() throws IOException {
    RawQemu raw = raw("echo '{\"QMP\":{}}'; read x; echo '{\"error\":\"no\"}'; exec sleep 60");

    assertThatIOException()
        .isThrownBy(raw::run)
        .withMessage("raw QEMU, after [spawn]: waited for \"return\", got {\"error\":\"no\"}");
  }

  private RawQemu raw(String script) throws IOException {
    Path qemu = folder.resolve("qemu");
    Files.writeString(qemu, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(qemu, PosixFilePermissions.fromString("rwx------"));
    return new RawQemu(List.of(qemu.toString()), folder, folder);
  }
}
