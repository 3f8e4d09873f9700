package io.vmfactory.factory.grpc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that use cases block: bounded, and virtual where the JVM has such (21 and up). */
final class Workers {
  private Workers() {}

  /**
   * An executor that runs at most {@code count} tasks at once; further ones wait. Its threads are
   * called {@code name} and a number.
   */
  static ExecutorService start(String name, int count) {
    return Executors.newFixedThreadPool(count, threads(name + "-"));
  }

  private static ThreadFactory threads(String prefix) {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      Object named = type.getMethod("name", String.class, long.class).invoke(builder, prefix, 0L);
      Method factory = type.getMethod("factory");
      return (ThreadFactory) factory.invoke(named);
    } catch (NoSuchMethodException | ClassNotFoundException | IllegalAccessException e) {
      return platformThreads(prefix);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("virtual threads refused", e);
    }
  }

  private static ThreadFactory platformThreads(String prefix) {
    AtomicInteger next = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + next.getAndIncrement());
      thread.setDaemon(true);
      return thread;
    };
  }
}
