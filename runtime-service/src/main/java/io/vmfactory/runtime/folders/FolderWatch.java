package io.vmfactory.runtime.folders;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestSandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches folders of this host, and lets the copies in guests be updated after each change. */
public final class FolderWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FolderWatch.class);
  private static final WatchEvent.Kind<?>[] KINDS = {
    StandardWatchEventKinds.ENTRY_CREATE,
    StandardWatchEventKinds.ENTRY_DELETE,
    StandardWatchEventKinds.ENTRY_MODIFY
  };

  private final Executor executor;
  private final WatchService service;
  private final Map<WatchKey, Set<FolderSync>> watching = new ConcurrentHashMap<>();
  private final Set<FolderSync> following = ConcurrentHashMap.newKeySet();

  /**
   * @param executor runs the copying, which may block
   */
  public FolderWatch(Executor executor) {
    this.executor = executor;
    try {
      this.service = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot watch folders: " + ErrorText.of(e), e);
    }
    Thread thread = new Thread(this::run, "folders");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Keeps copies up to date until the result is run, beginning with what has changed before.
   *
   * @param guest returns the guest that has the copies
   */
  public Runnable follow(List<FolderCopy> copies, Function<Deadline, GuestSandbox> guest) {
    List<FolderSync> all = copies.stream().map(copy -> begin(copy, guest)).toList();
    return () -> all.forEach(this::end);
  }

  private FolderSync begin(FolderCopy copy, Function<Deadline, GuestSandbox> guest) {
    FolderSync sync = new FolderSync(copy, guest, executor, this::watch);
    following.add(sync);
    watch(sync);
    sync.changed();
    return sync;
  }

  private synchronized void watch(FolderSync sync) {
    if (!following.contains(sync)) {
      return;
    }
    for (Path folder : sync.watched()) {
      try {
        WatchKey key = folder.register(service, KINDS);
        watching.computeIfAbsent(key, it -> ConcurrentHashMap.newKeySet()).add(sync);
      } catch (IOException e) {
        log.info("{} is not watched: {}", folder, ErrorText.of(e));
      }
    }
  }

  private synchronized void end(FolderSync sync) {
    following.remove(sync);
    watching.forEach(
        (key, syncs) -> {
          syncs.remove(sync);
          if (syncs.isEmpty()) {
            key.cancel();
            watching.remove(key);
          }
        });
  }

  private void run() {
    try {
      while (true) {
        WatchKey key = service.take();
        key.pollEvents();
        watching.getOrDefault(key, Set.of()).forEach(FolderSync::changed);
        if (!key.reset()) {
          watching.remove(key);
        }
      }
    } catch (ClosedWatchServiceException e) {
      log.debug("no folder is watched any more");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      service.close();
    } catch (IOException e) {
      log.info("folders are still watched: {}", ErrorText.of(e));
    }
  }
}
