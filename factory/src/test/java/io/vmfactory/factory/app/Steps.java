package io.vmfactory.factory.app;

import io.vmfactory.guest.GuestAgent;
import io.vmfactory.template.Shell;
import io.vmfactory.vmm.Vm;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Counts the steps that a daemon takes in the rooms below it, each once before and once after it is
 * done. Can stop the daemon for ever at one of them, as SIGKILL does: each thread that reaches a
 * step from then on stays there. Work between two steps, such as a write to the journal, is done or
 * not done together with them.
 */
final class Steps {
  /** Methods that change nothing and cannot be waited in, because tests call them too. */
  private static final Set<String> LOOKS =
      Set.of("info", "identity", "phase", "signals", "keyOf", "list", "toString", "digest", "vm");

  private static final Set<Class<?>> ROOMS =
      Set.of(Vm.class, Shell.class, GuestAgent.class, GuestAgent.Answer.class);

  private final CompletableFuture<String> stopped = new CompletableFuture<>();
  private final Map<Thread, CompletableFuture<Void>> parked = new ConcurrentHashMap<>();
  private final int last;
  private int taken;

  /** Makes steps that are not counted. */
  static Steps uncounted() {
    return new Steps(-1);
  }

  /** Makes steps that stop after {@code last} of them. */
  Steps(int last) {
    this.last = last;
  }

  /** Completes with the name of the step at which the daemon stopped. */
  CompletionStage<String> stopped() {
    return stopped;
  }

  /** Completes when {@code thread} has reached a step that it does not leave. */
  CompletableFuture<Void> parked(Thread thread) {
    return parked.computeIfAbsent(thread, t -> new CompletableFuture<>());
  }

  /** Stops each thread that reaches a step from now on. */
  synchronized void stop() {
    taken = Integer.MAX_VALUE - 1;
  }

  /** Returns whether the daemon is dead. */
  synchronized boolean isDead() {
    return counts() && taken > last;
  }

  boolean counts() {
    return last >= 0;
  }

  /**
   * Returns {@code room} with each step counted, and the same for the VMs, shells and agents that
   * it returns.
   */
  <T> T through(Class<T> type, T room) {
    if (!counts()) {
      return room;
    }
    Object proxy =
        Proxy.newProxyInstance(
            Steps.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> {
              boolean counts = !LOOKS.contains(method.getName());
              step(counts, "before " + method.getName());
              try {
                Object result = method.invoke(room, args);
                step(counts, "after " + method.getName());
                return wrapped(method.getReturnType(), result);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return type.cast(proxy);
  }

  private Object wrapped(Class<?> type, Object result) {
    return ROOMS.contains(type) && result != null && !Proxy.isProxyClass(result.getClass())
        ? again(type, result)
        : result;
  }

  private <T> Object again(Class<T> type, Object result) {
    return through(type, type.cast(result));
  }

  private void step(boolean counts, String name) throws InterruptedException {
    if (counts && isOver()) {
      stopped.complete(name);
      parked(Thread.currentThread()).complete(null);
      new CountDownLatch(1).await();
    }
  }

  private synchronized boolean isOver() {
    taken = Math.min(taken + 1, Integer.MAX_VALUE - 1);
    return taken > last;
  }
}
