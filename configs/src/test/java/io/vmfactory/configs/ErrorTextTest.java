package io.vmfactory.configs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ErrorTextTest {
  @Test
  void namesTheFileAndTheReason() {
    assertThat(ErrorText.of(new NoSuchFileException("/a")))
        .isEqualTo("/a: no such file or directory");
    assertThat(ErrorText.of(new AccessDeniedException("/a"))).isEqualTo("/a: permission denied");
    assertThat(ErrorText.of(new AccessDeniedException("/a", null, "read-only")))
        .isEqualTo("/a: read-only");
  }

  @Test
  void neverNamesAClass() {
    IOException missing = new NoSuchFileException("/a");

    assertThat(ErrorText.of(new UncheckedIOException(missing)))
        .isEqualTo("/a: no such file or directory");
    assertThat(ErrorText.of(new IllegalStateException(missing)))
        .isEqualTo("/a: no such file or directory");
    assertThat(ErrorText.of(new IllegalStateException())).isEqualTo(ErrorText.UNEXPECTED);
  }

  @Test
  void keepsAMessageOfItsOwn() {
    assertThat(ErrorText.of(new IOException("disk full", new IOException("inner"))))
        .isEqualTo("disk full");
  }
}
