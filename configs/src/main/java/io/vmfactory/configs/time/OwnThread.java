package io.vmfactory.configs.time;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Runs work that blocks, such as reading a stream to its end, on a thread of its own. */
public final class OwnThread {
  private OwnThread() {}

  /**
   * Starts {@code work} on a new daemon thread. Returns its result, or its failure.
   *
   * @param name of the thread
   */
  public static <T> CompletableFuture<T> run(String name, Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return result;
  }
}
