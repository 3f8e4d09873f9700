package io.vmfactory.runtime.folders;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestSandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the copy of one folder in one guest up to date. Each file is replaced in one step, links
 * come after what they lead to, and what is gone is removed last. So a program that reads through a
 * link, as in Kubernetes's volumes, sees all of the old files or all of the new ones.
 */
final class FolderSync {
  private static final Logger log = LoggerFactory.getLogger(FolderSync.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final FolderCopy copy;
  private final Function<Deadline, GuestSandbox> guest;
  private final Executor executor;
  private final Consumer<FolderSync> found;
  private final AtomicInteger changes = new AtomicInteger();
  private volatile Map<String, GuestFile> written = Map.of();
  private volatile List<String> folders = List.of();

  /**
   * @param guest returns the guest
   * @param executor runs the copying, which may block
   * @param found called when other folders are to be watched
   */
  FolderSync(
      FolderCopy copy,
      Function<Deadline, GuestSandbox> guest,
      Executor executor,
      Consumer<FolderSync> found) {
    this.copy = copy;
    this.guest = guest;
    this.executor = executor;
    this.found = found;
  }

  /** Returns the folders to watch: the source and those in it. */
  List<Path> watched() {
    Path source = Path.of(copy.source());
    List<Path> all = new ArrayList<>(List.of(source));
    folders.forEach(name -> all.add(source.resolve(name)));
    return all;
  }

  /** Looks at the folder soon, and again if it changes meanwhile. */
  void changed() {
    if (changes.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen;
    do {
      seen = changes.get();
      look();
    } while (!changes.compareAndSet(seen, 0));
  }

  private void look() {
    try {
      Optional<FolderContent> now = FolderContent.read(copy);
      while (now.isPresent() && !now.get().folders().equals(folders)) {
        folders = now.get().folders();
        found.accept(this);
        now = FolderContent.read(copy); // what has changed before it was watched
      }
      if (now.isPresent()) {
        write(now.get());
      } else {
        log.warn("{} is too large now to be kept up to date in its VM", copy.source());
      }
    } catch (IOException e) {
      log.info("{} is changing: {}", copy.source(), ErrorText.of(e)); // each change is an event
    } catch (RuntimeException e) {
      log.warn("{} is not up to date in its VM: {}", copy.source(), ErrorText.of(e));
    }
  }

  private void write(FolderContent now) {
    List<GuestFile> changed = now.changes(written);
    if (changed.isEmpty() && now.names().equals(written.keySet())) {
      return;
    }
    Deadline deadline = Deadline.after(LIMIT);
    GuestSandbox in = guest.apply(deadline);
    changed.forEach(file -> in.copyFile(file, deadline));
    in.pruneFolder(copy.target(), now.names(), deadline);
    written = now.entries();
  }
}
