package io.vmfactory.harness.storm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The place of the daemon under test. There is at most one daemon at a time, one after the other.
 * Only chaos ends a daemon. A client that needs a daemon waits here until the next one is ready.
 * Thread-safe for clients that wait; start, kill and replace belong to one thread.
 */
final class Seat {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String KEEP = "--keep-vms";

  private final DaemonHome home;
  private volatile DaemonProcess daemon;
  private volatile CompletableFuture<Void> up = new CompletableFuture<>();

  /** Starts the first daemon and waits until it is ready. */
  Seat(DaemonHome home) throws IOException {
    this.home = home;
    daemon = home.start(KEEP);
    awaitReady();
  }

  DaemonHome home() {
    return home;
  }

  /** Returns the current daemon, which may have been killed already. */
  DaemonProcess daemon() {
    return daemon;
  }

  /**
   * Waits until a daemon is ready.
   *
   * @throws IllegalStateException if the daemon has ended by itself
   */
  void awaitUp() {
    Deadline.after(LIMIT).await(up, "a daemon to be ready");
    DaemonProcess now = daemon;
    if (!now.alive() && up.isDone() && now == daemon) {
      throw new IllegalStateException("the daemon ended by itself:\n" + home.log());
    }
  }

  /** Kills the daemon (SIGKILL) and starts another in its place. */
  String kill() throws IOException {
    down();
    daemon.kill();
    return next(KEEP);
  }

  /** Kills the daemon, kills the next one too while it starts, and starts a third. */
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

  /** Stops the daemon with SIGTERM, which leaves its VMs to the next one, and starts that. */
  String replace() throws IOException {
    down();
    daemon.terminate();
    return next(KEEP);
  }

  /** Stops the daemon with SIGTERM and starts one that ends its VMs when it ends. */
  String replaceByLast() throws IOException {
    down();
    daemon.terminate();
    return next();
  }

  /**
   * Stops the daemon with SIGTERM and starts none. Works whether or not the daemon ever became
   * ready.
   */
  void end() {
    down();
    daemon.terminate();
    awaitEnd();
  }

  /** Kills the daemon at the end of the storm, for whatever reason it ends. */
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
