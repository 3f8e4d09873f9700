package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Measures the standard streams of a container: throughput, whether bytes arrive unchanged, and how
 * much memory the client holds for an output that is not read.
 */
final class StreamsCase implements BenchCase {
  private static final int MIB = 1 << 20;
  private static final String STDOUT = "stdout";
  private static final int OUTPUT_MIB = 16;
  private static final String OUTPUT = OUTPUT_MIB + " MiB out";
  private static final String CAT = "cat";
  private static final int ECHO_MIB = 4;
  private static final String ECHO = ECHO_MIB + " MiB in and out";
  private static final int SEED = 2003;

  @Override
  public String name() {
    return "streams";
  }

  @Override
  public String summary() {
    return "a container's output and input: throughput, bytes unchanged, memory held unread";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(10, 3, 1), scale.pick(1, 1, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (Containers containers = new Containers(bench);
        Sandbox sandbox = containers.sandbox(Route.TEMPLATE)) {
      sandbox.start(bench.deadline());
      AtomicLong changed = new AtomicLong();
      bench.rounds(
          control,
          out,
          "output of %d MiB, %d MiB there and back".formatted(OUTPUT_MIB, ECHO_MIB),
          samples -> {
            output(bench, containers, sandbox, samples);
            changed.addAndGet(echo(bench, containers, sandbox, samples));
          });
      out.finding("container-bytes", (double) changed.get());
      out.finding("container-output", OUTPUT_MIB * MIB / (double) out.median(STDOUT, OUTPUT));
      out.gauge(
          "input and output at once", "MB/s", ECHO_MIB * MIB / (double) out.median(CAT, ECHO));
      bench.progress("memory held for an output that is not read");
      out.finding("container-unread", unread(bench, containers, sandbox));
    }
  }

  private static void output(Bench bench, Containers containers, Sandbox sandbox, Recorder out)
      throws IOException {
    Container container =
        containers.container(
            sandbox, "dd", "if=/dev/zero", "bs=1M", "count=" + OUTPUT_MIB, "status=none");
    container.start(bench.deadline());
    InputStream output = container.process().stdout();
    byte[] buffer = new byte[MIB];
    long start = System.nanoTime();
    long all = 0;
    for (int got = output.read(buffer); got >= 0; got = output.read(buffer)) {
      all += got;
    }
    long micros = (System.nanoTime() - start) / 1000;
    if (all != (long) OUTPUT_MIB * MIB) {
      throw new EOFException("output ended after " + all + " bytes");
    }
    container.delete(bench.deadline());
    out.sample(STDOUT, OUTPUT, Boundary.OTHER, micros);
  }

  /**
   * Sends random bytes through a container's cat; returns how many came back changed, are missing
   * or are too many.
   */
  private static long echo(Bench bench, Containers containers, Sandbox sandbox, Recorder out)
      throws IOException {
    byte[] sent = new byte[ECHO_MIB * MIB];
    new Random(SEED).nextBytes(sent);
    Container container = containers.container(sandbox, "cat");
    container.start(bench.deadline());
    long start = System.nanoTime();
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(() -> write(container.process().stdin(), sent));
    byte[] got = container.process().stdout().readAllBytes();
    bench.deadline().await(written, "a container to take its input");
    out.sample(CAT, ECHO, Boundary.OTHER, (System.nanoTime() - start) / 1000);
    container.delete(bench.deadline());
    return different(sent, got);
  }

  private static void write(OutputStream input, byte[] bytes) {
    try (input) {
      input.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns in how many places two sequences differ; the surplus of the longer one counts too. */
  static long different(byte[] sent, byte[] got) {
    int both = Math.min(sent.length, got.length);
    long same = IntStream.range(0, both).filter(i -> sent[i] == got[i]).count();
    return Math.max(sent.length, got.length) - same;
  }

  /**
   * Returns how many MiB more this process holds while an endless output waits and others are read.
   */
  private static double unread(Bench bench, Containers containers, Sandbox sandbox)
      throws IOException {
    Container endless = containers.container(sandbox, "cat", "/dev/zero");
    long before = HeldBytes.now(bench.deadline());
    endless.start(bench.deadline());
    if (endless.process().stdout().read() != 0) {
      throw new IOException("/dev/zero returned a byte that is not zero");
    }
    output(bench, containers, sandbox, new Recorder());
    return Math.max(0, HeldBytes.now(bench.deadline()) - before) / (double) MIB;
  }
}
