package io.vmfactory.harness.storm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Where the daemon sits: one after the other, at most one at a time. Only chaos unseats one;
 * whoever needs a daemon waits here until the next is ready. Thread-safe for waiters; start, kill
 * and replace are one thread's.
 */
final class Seat {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String KEEP = "--keep-vms";

  private final DaemonHome home;
  private volatile DaemonProcess daemon;
  private volatile CompletableFuture<Void> up = new CompletableFuture<>();

  /** With the first daemon, ready. */
  Seat(DaemonHome home) throws IOException {
    this.home = home;
    daemon = home.start(KEEP);
    awaitReady();
  }

  DaemonHome home() {
    return home;
  }

  /** The daemon of now; it may have been killed already. */
  DaemonProcess daemon() {
    return daemon;
  }

  /**
   * Waits until a daemon is ready.
   *
   * @throws IllegalStateException when the daemon has ended though nobody wanted it to
   */
  void awaitUp() {
    Deadline.after(LIMIT).await(up, "a daemon to be ready");
    DaemonProcess now = daemon;
    if (!now.alive() && up.isDone() && now == daemon) {
      throw new IllegalStateException("the daemon ended by itself:\n" + home.log());
    }
  }

  /** SIGKILL, and another daemon in its place. */
  String kill() throws IOException {
    down();
    daemon.kill();
    return next(KEEP);
  }

  /** SIGKILL, the next one killed too as it starts, and a third in its place. */
  String killTwice(Duration after) throws IOException {
    down();
    daemon.kill();
    awaitEnd();
    daemon = home.start(KEEP);
    CompletableFuture<Void> late = new CompletableFuture<>();
    late.completeOnTimeout(null, after.toMillis(), TimeUnit.MILLISECONDS);
    CompletableFuture<Object> moment =
        CompletableFuture.anyOf(daemon.ready().toCompletableFuture(), late);
    Deadline.after(LIMIT).await(moment, "the moment to kill the daemon");
    daemon.kill();
    return "again after " + after.toMillis() + " ms or when ready, " + next(KEEP);
  }

  /** SIGTERM, which leaves its VMs to the next. */
  String replace() throws IOException {
    down();
    daemon.terminate();
    return next(KEEP);
  }

  /** SIGTERM, and one in its place that ends its VMs when it ends. */
  String replaceByLast() throws IOException {
    down();
    daemon.terminate();
    return next();
  }

  /** SIGTERM, and none in its place; ends whether or not it ever came up. */
  void end() {
    down();
    daemon.terminate();
    awaitEnd();
  }

  /** For the end of everything, however it came about. */
  void vacate() {
    daemon.kill();
    awaitEnd();
  }

  private void down() {
    up = new CompletableFuture<>();
  }

  private String next(String... options) throws IOException {
    awaitEnd();
    long start = System.nanoTime();
    daemon = home.start(options);
    awaitReady();
    return "ready after %d ms".formatted((System.nanoTime() - start) / 1_000_000);
  }

  private void awaitReady() {
    try {
      Deadline.after(LIMIT).await(daemon.ready(), "the daemon to be ready");
      up.complete(null);
    } catch (RuntimeException e) {
      up.completeExceptionally(e);
      throw e;
    }
  }

  private void awaitEnd() {
    Deadline.after(LIMIT).await(daemon.ended(), "the daemon to end, pid " + daemon.pid());
  }
}
