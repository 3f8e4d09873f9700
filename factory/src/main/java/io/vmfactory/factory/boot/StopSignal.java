package io.vmfactory.factory.boot;

import io.vmfactory.configs.time.CancelledException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Told when the daemon shall stop: by the Shutdown call, by SIGTERM or by SIGINT. A signal ends the
 * JVM only after the daemon has stopped, with the daemon's exit code in place of 143.
 */
final class StopSignal {
  /** After this the JVM ends whether or not the daemon has; longer than an orderly stop takes. */
  private static final Duration LONGEST_STOP = Duration.ofSeconds(85);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final Thread hook = new Thread(this::onSignal, "stop");

  private volatile boolean keepVms;

  StopSignal(boolean keepVms) {
    this.keepVms = keepVms;
  }

  /** From now on signals are heard. */
  void listen() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Asks the daemon to stop; {@code keep} leaves its VMs running. */
  void ask(boolean keep) {
    keepVms |= keep;
    asked.countDown();
  }

  /** Waits until it shall stop. */
  void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("interrupted while serving", e);
    }
  }

  /** Whether leased VMs stay. */
  boolean keepsVms() {
    return keepVms;
  }

  /** The daemon has stopped. Ends the JVM here when a signal wants that. */
  void stopped(int exitCode) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      Runtime.getRuntime().halt(exitCode); // The JVM is ending already: a signal came.
    }
  }

  private void onSignal() {
    asked.countDown();
    try {
      // Until the daemon, stopped, halts the JVM.
      boolean unused = new CountDownLatch(1).await(LONGEST_STOP.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
