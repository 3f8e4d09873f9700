package io.vmfactory.bench;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.cases.Bench;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * What the standard output of a container carries, and what the client holds of one that is not
 * read while that goes on.
 */
record StreamPart(int mebibytes, double mebibytesPerSecond, double heldMebibytes) {
  private static final int MIB = 1 << 20;
  private static final int MOST_HELD = 4;

  static StreamPart run(Bench pool, ContainerBench bench, int mebibytes) throws IOException {
    try (Sandbox sandbox = bench.sandbox(Route.TEMPLATE)) {
      sandbox.start(pool.deadline());
      pool.progress("output of " + mebibytes + " MiB");
      double rate = rate(pool, bench, sandbox, mebibytes);
      pool.progress("the same beside an output that is not read");
      Container endless = bench.container(sandbox, "cat", "/dev/zero");
      long before = held();
      endless.start(pool.deadline());
      if (endless.process().stdout().read() != 0) {
        throw new IOException("/dev/zero is not zero");
      }
      rate(pool, bench, sandbox, mebibytes);
      return new StreamPart(mebibytes, rate, (double) (held() - before) / MIB);
    }
  }

  private static double rate(Bench pool, ContainerBench bench, Sandbox sandbox, int mebibytes)
      throws IOException {
    Container container =
        bench.container(
            sandbox, "dd", "if=/dev/zero", "bs=1M", "count=" + mebibytes, "status=none");
    container.start(pool.deadline());
    InputStream output = container.process().stdout();
    byte[] buffer = new byte[MIB];
    long start = System.nanoTime();
    long all = 0;
    for (int got = output.read(buffer); got >= 0; got = output.read(buffer)) {
      all += got;
    }
    long nanos = System.nanoTime() - start;
    if (all != (long) mebibytes * MIB) {
      throw new EOFException("output ended after " + all + " bytes");
    }
    container.delete(pool.deadline());
    return mebibytes * 1e9 / nanos;
  }

  /** Memory of this process that is in use: the heap after a collection, and buffers outside it. */
  private static long held() {
    System.gc();
    long buffers =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + buffers;
  }

  String text() {
    return "output of %d MiB through the agent: %.1f MiB/s"
        .formatted(mebibytes, mebibytesPerSecond);
  }

  List<Promise> promises() {
    return List.of(
        Promise.atLeast("standard output", mebibytesPerSecond * MIB / 1e6, "MB/s", 20),
        Promise.atMost("held for an output that is not read", heldMebibytes, "MiB", MOST_HELD));
  }
}
