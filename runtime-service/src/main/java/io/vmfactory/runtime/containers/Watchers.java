package io.vmfactory.runtime.containers;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who wants to know of each change of a container. Thread-safe. */
final class Watchers {
  private final Set<Runnable> all = ConcurrentHashMap.newKeySet();

  /** Adds a watcher, which must not block, until the result is run. */
  Runnable add(Runnable watcher) {
    all.add(watcher);
    return () -> all.remove(watcher);
  }

  void run() {
    all.forEach(Runnable::run);
  }
}
