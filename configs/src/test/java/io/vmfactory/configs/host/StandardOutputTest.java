package io.vmfactory.configs.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
  private final ByteArrayOutputStream complaints = new ByteArrayOutputStream();
  private final StandardOutput err = StandardOutput.to(complaints);

  private int exitCode(int code, OutputStream to) {
    StandardOutput out = StandardOutput.to(to);
    out.writer().println("grüße");
    return StandardOutput.exitCode("prog", code, out, err);
  }

  private static OutputStream failing(String reason) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(reason);
      }
    };
  }

  @Test
  void whatIsWrittenIsUtf8AndChangesNothing() {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    assertThat(exitCode(0, written)).isZero();
    assertThat(exitCode(3, written)).isEqualTo(3);
    assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("grüße\ngrüße\n");
    assertThat(complaints.size()).isZero();
  }

  @Test
  void whatCannotBeWrittenIsAFailureWithOneLine() {
    assertThat(exitCode(0, failing("No space left on device"))).isEqualTo(1);
    assertThat(complaints)
        .hasToString("prog: cannot write to standard output: No space left on device\n");
    assertThat(exitCode(3, failing("No space left on device"))).isEqualTo(3);
  }

  @Test
  void aReaderThatWentAwayIsSilent() {
    assertThat(exitCode(0, failing("Broken pipe"))).isEqualTo(141);
    assertThat(complaints.size()).isZero();
  }

  @Test
  void aLostComplaintIsAFailureToo() {
    StandardOutput lost = StandardOutput.to(failing("Bad file descriptor"));
    lost.writer().println("progress");
    assertThat(StandardOutput.exitCode("prog", 0, err, lost)).isEqualTo(1);
  }
}
