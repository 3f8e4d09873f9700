package io.vmfactory.template;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.vmfactory.configs.time.Deadline;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Templates in memory, limited by the bytes they really hold. Thread-safe. All work is done on the
 * caller's thread, so a template that had to go is freed when the call returns.
 */
final class TemplateCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TemplateCache.class);
  private static final int UNIT_BYTES = 1024; // Caffeine's weights are ints.

  private final TemplateLoader loader;
  private final long mostBytes;
  private final AsyncCache<TemplateKey, LoadedTemplate> cache;

  TemplateCache(TemplateLoader loader, long mostBytes) {
    this.loader = loader;
    this.mostBytes = mostBytes;
    this.cache =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumWeight(mostBytes / UNIT_BYTES)
            .weigher((TemplateKey key, LoadedTemplate loaded) -> weight(loaded))
            .removalListener(TemplateCache::removed)
            .buildAsync();
  }

  private static int weight(LoadedTemplate loaded) {
    return Math.toIntExact((loaded.bytes() + UNIT_BYTES - 1) / UNIT_BYTES);
  }

  private static void removed(
      @Nullable TemplateKey key, @Nullable LoadedTemplate loaded, RemovalCause cause) {
    if (loaded != null) {
      loaded.close();
    }
  }

  /**
   * Returns the template, loading it if needed; the caller closes it. A caller that comes while
   * another one loads it waits for that. If that load fails, the waiting caller loads it itself and
   * gets its own failure.
   */
  LoadedTemplate acquire(TemplateKey key, Deadline deadline) {
    while (true) {
      CompletableFuture<LoadedTemplate> known = cache.getIfPresent(key);
      if (known == null) {
        CompletableFuture<LoadedTemplate> mine = new CompletableFuture<>();
        known = cache.asMap().putIfAbsent(key, mine);
        if (known == null) {
          return load(key, mine, deadline);
        }
      }
      LoadedTemplate loaded = deadline.await(known, "template " + key.shortened() + " to load");
      if (loaded != null && loaded.acquire()) {
        return loaded;
      }
    }
  }

  private LoadedTemplate load(
      TemplateKey key, CompletableFuture<LoadedTemplate> mine, Deadline deadline) {
    LoadedTemplate loaded = null;
    try {
      loaded = loader.load(key, deadline);
      loaded.acquire();
      warnIfTooLarge(key, loaded);
      return loaded;
    } finally {
      // Completed in any case; null makes the cache forget the entry.
      mine.complete(loaded);
    }
  }

  private void warnIfTooLarge(TemplateKey key, LoadedTemplate loaded) {
    if (loaded.bytes() > mostBytes) {
      LOG.warn(
          "template {} ({} KiB) does not fit into the template cache ({} KiB) and is loaded again"
              + " for every clone; raise template_cache",
          key.shortened(),
          loaded.bytes() / UNIT_BYTES,
          mostBytes / UNIT_BYTES);
    }
  }

  /** Whether the template is in memory. */
  boolean holds(TemplateKey key) {
    return cache.synchronous().policy().getIfPresentQuietly(key) != null;
  }

  /** Frees the template as soon as it has no user. */
  void drop(TemplateKey key) {
    cache.synchronous().invalidate(key);
  }

  @Override
  public void close() {
    cache.synchronous().invalidateAll();
  }
}
