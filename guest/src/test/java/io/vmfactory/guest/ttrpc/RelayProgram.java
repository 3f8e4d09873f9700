package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

/** The relay, as it is built from this checkout. */
final class RelayProgram {
  private RelayProgram() {}

  /** Builds it in {@code folder} and returns its executable. */
  static Path build(Path folder) throws IOException, InterruptedException {
    Path source = Path.of(System.getProperty("vmfactory.top"), "guest", "relay");
    ProcessBuilder make =
        new ProcessBuilder("make", "-s", "-C", source.toString(), "OUT=" + folder);
    assertThat(make.inheritIO().start().waitFor()).isZero();
    return folder.resolve("vmfactory-relay");
  }
}
