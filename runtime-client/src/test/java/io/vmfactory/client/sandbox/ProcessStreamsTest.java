package io.vmfactory.client.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Tests the streams of a process against a scripted guest. */
@SuppressWarnings("FutureReturnValueIgnored") // scripted answers are objects, here always futures
final class ProcessStreamsTest {
  private static final ProcessRef REF = ProcessRef.first("c");

  private final FakeVms vms = new FakeVms();
  private final GuestConnection link =
      GuestConnection.open("s", vms.machine.it(), Deadline.after(Duration.ofSeconds(30)));

  /** The reads requested from the guest, in order. */
  private final List<CompletableFuture<byte[]>> reads = new ArrayList<>();

  private InputStream output() {
    vms.processes.on(
        "read",
        none -> {
          reads.add(new CompletableFuture<>());
          return reads.get(reads.size() - 1);
        });
    return new OutputReader(() -> link, REF, Output.STDOUT);
  }

  private OutputStream input() {
    return new InputWriter(() -> link, REF);
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatComesInIsReadByteForByteToItsEnd() throws IOException {
    byte[] all = random(1_000_003);
    AtomicInteger sent = new AtomicInteger();
    vms.processes.on(
        "read",
        arguments -> {
          int from = sent.get();
          int to = Math.min(all.length, from + 1 + from % (int) arguments[2]);
          sent.set(to);
          return CompletableFuture.completedFuture(Arrays.copyOfRange(all, from, to));
        });
    InputStream output = new OutputReader(() -> link, REF, Output.STDERR);

    assertThat(output.read()).isEqualTo(all[0] & 0xff);
    assertThat(output.readAllBytes()).isEqualTo(Arrays.copyOfRange(all, 1, all.length));
    int asked = vms.processes.calls.size();
    assertThat(output.read()).isEqualTo(-1);
    assertThat(output.read(new byte[7])).isEqualTo(-1);
    assertThat(vms.processes.calls).hasSize(asked); // the end is requested only once
  }

  @Test
  void whoReadsSlowlyHasOneRequestUnderWayAndNoMore() throws IOException {
    InputStream output = output();
    assertThat(reads).isEmpty(); // nothing has been read yet
    reads(output, new byte[] {1, 2, 3}, 1);
    assertThat(reads).hasSize(2);
    assertThat(output.read()).isEqualTo(2);
    assertThat(output.read()).isEqualTo(3);
    assertThat(reads).hasSize(2);

    reads.get(1).complete(new byte[] {(byte) 0xff});
    assertThat(output.read()).isEqualTo(0xff);
    assertThat(reads).hasSize(3);
  }

  /** Answers the first read as soon as it is requested. */
  private void reads(InputStream output, byte[] chunk, int expected) throws IOException {
    vms.processes.on(
        "read",
        none -> {
          CompletableFuture<byte[]> read = new CompletableFuture<>();
          if (reads.isEmpty()) {
            read.complete(chunk);
          }
          reads.add(read);
          return read;
        });
    assertThat(output.read()).isEqualTo(expected);
  }

  @Test
  void aReadThatIsInterruptedLosesNothing() throws IOException {
    InputStream output = output();
    Thread.currentThread().interrupt();
    assertThatThrownBy(output::read).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isFalse();

    reads.get(0).complete(new byte[] {42});
    assertThat(output.read()).isEqualTo(42);
    assertThat(reads).hasSize(2);
  }

  @Test
  void aConnectionThatBreaksEndsAReadWithAnErrorAgainAndAgain() {
    vms.gone.complete("torn");
    vms.processes.on("read", none -> CompletableFuture.failedFuture(unavailable()));
    InputStream output = new OutputReader(() -> link, REF, Output.STDOUT);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(output::read)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("torn")
          .cause()
          .isInstanceOfSatisfying(
              SandboxException.class, e -> assertThat(e.reason()).isEqualTo(Reason.LOST));
    }
  }

  private static GuestException unavailable() {
    return new GuestException(GuestException.UNAVAILABLE, "no connection", null);
  }

  @Test
  void withoutAVmStreamsThrowWhatStreamsThrow() {
    SandboxException lost = new SandboxException(Reason.LOST, "gone");
    OutputReader output =
        new OutputReader(
            () -> {
              throw lost;
            },
            REF,
            Output.STDOUT);
    InputWriter input =
        new InputWriter(
            () -> {
              throw lost;
            },
            REF);

    assertThatThrownBy(output::read).isInstanceOf(IOException.class).hasCause(lost);
    assertThatThrownBy(() -> input.write(1)).isInstanceOf(IOException.class).hasCause(lost);
    assertThatThrownBy(input::close).isInstanceOf(IOException.class).hasCause(lost);
  }

  @Test
  void whatIsWrittenGoesOutByteForByteOneRequestAtATime() throws IOException {
    byte[] all = random(900_001);
    ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    AtomicInteger underWay = new AtomicInteger();
    vms.processes.on(
        "write",
        arguments -> {
          assertThat(underWay.incrementAndGet()).isEqualTo(1);
          byte[] data = (byte[]) arguments[1];
          assertThat(data).hasSizeBetween(1, InputWriter.CHUNK);
          int taken = Math.min(data.length, 70_001); // like a pipe
          return CompletableFuture.supplyAsync(
              () -> {
                arrived.write(data, 0, taken);
                underWay.decrementAndGet();
                return taken;
              });
        });

    try (OutputStream input = input()) {
      input.write(all[0]);
      input.write(all, 1, all.length - 2);
      input.write(all[all.length - 1]);
      input.write(all, 0, 0);
    }

    assertThat(arrived.toByteArray()).isEqualTo(all);
    assertThat(vms.processes.calls.get(vms.processes.calls.size() - 1)).isEqualTo("closeInput");
  }

  @Test
  void aProcessThatHasEndedTakesNothingAndMindsNoEnd() throws IOException {
    vms.processes.on("write", none -> CompletableFuture.failedFuture(refusal()));
    vms.processes.on(
        "closeInput",
        none -> {
          throw refusal();
        });
    OutputStream input = input();

    assertThatThrownBy(() -> input.write(1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed its input");
    input.close();
    input.close();

    assertThat(vms.processes.calls).containsExactly("write", "closeInput");
    assertThatThrownBy(() -> input.write(1)).isInstanceOf(IOException.class);
  }

  private static GuestException refusal() {
    return new GuestException(GuestException.FAILED_PRECONDITION, "it has closed its input", null);
  }

  @Test
  void aWriteWaitsForTheProcessAndCanBeInterrupted() {
    vms.processes.on("write", none -> new CompletableFuture<Integer>());
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> input().write(1)).isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void anEndThatIsNotHeardOfInTimeIsAnErrorOfTheStream() {
    vms.processes.on(
        "closeInput",
        none -> {
          throw Deadline.after(Duration.ZERO).exceeded("an answer");
        });

    assertThatThrownBy(() -> input().close()).isInstanceOf(IOException.class);
  }
}
