package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
  private static final Session.Attachment PLAIN = new Session.Attachment(false, false, false);
  private static final Session.Attachment INPUT = new Session.Attachment(true, false, false);
  private static final Session.Attachment TTY = new Session.Attachment(false, true, false);

  private final Map<String, IntConsumer> handlers = new HashMap<>();
  private final List<Integer> exits = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final FakeProcess process = new FakeProcess();

  private StreamSession session(InputStream in, OutputStream to) {
    return new StreamSession(new Stdio(in, to, err), handlers::put, exits::add);
  }

  private StreamSession session() {
    return session(InputStream.nullInputStream(), out);
  }

  /** Delivers signal {@code number} as the JVM would. */
  private void comes(String name, int number) {
    handlers.get(name).accept(number);
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatTheProcessPrintsIsPrintedByteForByteAndItsExitCodeIsOurs() {
    process.prints(random(300_000), new byte[] {0, (byte) 0xff, '\n'});
    process.exit.complete(42);

    assertThat(session().attach(process, PLAIN)).isEqualTo(42);
    assertThat(out.toByteArray()).isEqualTo(random(300_000));
    assertThat(err.toByteArray()).containsExactly(0, 0xff, '\n');
  }

  @Test
  void whatTheProcessPrintedBeforeItsEndIsWaitedFor() {
    CompletableFuture<Void> slow = new CompletableFuture<>();
    process.stdout =
        new InputStream() {
          private int left = 3;

          @Override
          public int read() {
            slow.join();
            return left-- > 0 ? 'x' : -1;
          }
        };
    process.exit.complete(0);
    var attached = CompletableFuture.supplyAsync(() -> session().attach(process, PLAIN));

    assertThat(attached).isNotDone();
    slow.complete(null);
    assertThat(attached.join()).isZero();
    assertThat(out).hasToString("xxx");
  }

  @Test
  void inputGoesThroughUnchangedAndItsEndIsPassedOn() {
    process.mortal();
    StreamSession session = session(new ByteArrayInputStream(random(1 << 20)), out);
    var attached = CompletableFuture.supplyAsync(() -> session.attach(process, INPUT));

    assertThat(process.input.join()).isEqualTo(random(1 << 20));
    process.exit.complete(0);
    assertThat(attached.join()).isZero();
  }

  @Test
  void withoutInputOursIsNotReadAndItsOwnEnds() {
    InputStream untouchable =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("it was read");
          }
        };
    process.exit.complete(0);

    assertThat(session(untouchable, out).attach(process, PLAIN)).isZero();
    assertThat(process.input.join()).isEmpty();
  }

  @Test
  void aTerminalWithoutOurInputIsNotSentItsEnd() {
    process.exit.complete(0);

    session().attach(process, TTY);

    assertThat(process.input).isNotDone();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP 1", "INT 2", "USR1 10", "USR2 12", "TERM 15"})
  void signalsGoToTheProcess(String signal) throws Exception {
    String name = signal.split(" ", 2)[0];
    int number = Integer.parseInt(signal.split(" ", 2)[1]);
    StreamSession session = session();
    process.mortal();
    var attached = CompletableFuture.supplyAsync(() -> session.attach(process, PLAIN));
    process.input.join(); // wait until the session is attached

    comes(name, number);

    assertThat(process.signals.take()).isEqualTo(number);
    assertThat(exits).isEmpty();
    process.exit.complete(128 + number);
    assertThat(attached.join()).isEqualTo(128 + number);
  }

  @Test
  void theSecondSignalToEndEndsUsButNotASecondOther() {
    StreamSession session = session();
    process.mortal();
    var attached = CompletableFuture.supplyAsync(() -> session.attach(process, PLAIN));
    process.input.join();

    comes("USR1", 10);
    comes("USR1", 10);
    comes("TERM", 15);
    assertThat(exits).isEmpty();
    comes("INT", 2);

    assertThat(exits).containsExactly(130);
    assertThat(process.signals).containsExactly(10, 10, 15);
    process.exit.complete(0);
    attached.join();
  }

  @Test
  void aSignalBeforeThereIsAProcessEndsUsAndLaterFailuresAreNotReported() {
    StreamSession session = session();

    int code =
        session.guarded(
            () -> {
              comes("TERM", 15);
              throw new IllegalStateException("the VM was taken away");
            });

    assertThat(exits).containsExactly(143);
    assertThat(code).isEqualTo(Exit.OF_OUR_OWN);
  }

  @Test
  void aReaderThatHasGoneEndsItAllQuietly() {
    process.prints(random(10), new byte[0]);
    StreamSession session = session(InputStream.nullInputStream(), failing("Broken pipe"));

    assertThat(session.guarded(() -> session.attach(process, PLAIN))).isEqualTo(141);
  }

  @Test
  void anOutputThatIsFullIsNamed() {
    process.prints(random(10), new byte[0]);
    StreamSession session =
        session(InputStream.nullInputStream(), failing("No space left on device"));

    assertThatExceptionOfType(OutputClosedException.class)
        .isThrownBy(() -> session.guarded(() -> session.attach(process, PLAIN)))
        .withMessage("cannot write to standard output: No space left on device");
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  @Test
  void aVmThatDiesIsReportedAsTheSandboxReportsIt() {
    process.stdout = FakeProcess.broken();
    process.exit.completeExceptionally(new SandboxException(Reason.LOST, "VM 1 died: signal 9"));

    assertThatExceptionOfType(SandboxException.class)
        .isThrownBy(() -> session().attach(process, PLAIN))
        .withMessage("VM 1 died: signal 9");
  }

  @Test
  void aStreamThatBreaksIsNotTakenForItsEnd() {
    process.stdout = FakeProcess.broken();
    process.exit.complete(0);

    assertThatExceptionOfType(java.io.UncheckedIOException.class)
        .isThrownBy(() -> session().attach(process, PLAIN))
        .withMessage("the connection is gone");
  }
}
