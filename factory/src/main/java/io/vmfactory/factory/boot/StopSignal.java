package io.vmfactory.factory.boot;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.linux.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The request that the daemon stop, made by the Shutdown call, by SIGTERM or by SIGINT. A signal
 * ends the JVM only after the daemon has stopped, with the daemon's exit code instead of 143.
 */
public final class StopSignal {
  /**
   * The JVM ends after this time even if the daemon has not stopped; it is longer than an orderly
   * stop takes.
   */
  private static final Duration LONGEST_STOP = Duration.ofSeconds(85);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "stop");

  private volatile boolean keepVms;

  /**
   * @param keepVms whether VMs are kept, unless {@link #ask} says it again
   */
  public StopSignal(boolean keepVms) {
    this.keepVms = keepVms;
  }

  /** Starts to handle signals. */
  public void listen() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Asks the daemon to stop, and to end its VMs, when another process has ended, in whatever way:
   * at once if that is gone.
   */
  public void follow(int pid) {
    Processes processes = new Processes(); // ends with the JVM
    try {
      processes
          .adopt(ProcessIdentity.seen(Path.of("/proc", Integer.toString(pid))))
          .exited()
          .whenComplete((status, failure) -> abandon());
    } catch (IOException | OsException e) {
      abandon();
    }
  }

  private void abandon() {
    keepVms = false;
    asked.countDown();
  }

  /** Asks the daemon to stop; {@code keep} leaves its VMs running. */
  void ask(boolean keep) {
    keepVms |= keep;
    asked.countDown();
  }

  /**
   * Waits until the daemon is asked to stop.
   *
   * @throws CancelledException if the thread is interrupted
   */
  public void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while serving", e);
    }
  }

  /** Whether leased VMs keep running. */
  boolean keepsVms() {
    return keepVms;
  }

  /** Records that the daemon has stopped. Ends the JVM here if a signal asked for that. */
  public void stopped(int exitCode) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      Runtime.getRuntime().halt(exitCode); // The JVM is ending already, since a signal came.
    }
  }

  private void onSignal() {
    asked.countDown();
    try {
      // Waits until the stopped daemon halts the JVM.
      boolean unused = new CountDownLatch(1).await(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
