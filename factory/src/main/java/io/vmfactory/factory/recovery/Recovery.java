package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a starting daemon does about the VMs of earlier ones, see {@link Survivors}. To be run
 * before the first VM is made, by whoever holds the lock of {@code run_dir}.
 *
 * <p>Writes nothing, and removes a record only when its process is gone: killed anywhere, it begins
 * anew. VMs are taken over side by side, each with a deadline of its own.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  /** Most of them wait for a VMM's answer. */
  private static final int THREADS = 16;

  /** How long the start waits for VMMs that do not answer: this, and so much more for each VM. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration PATIENCE_PER_VM = Duration.ofMillis(5);

  private final Survivors estate;

  public Recovery(Survivors estate) {
    this.estate = estate;
  }

  /**
   * Goes through {@code root} ({@code run_dir/vm}; need not exist). Returns when all is done, or
   * about a second later when only VMs are left whose VMM does not answer.
   *
   * @return completes when those are done too; never fails
   */
  public CompletionStage<Void> run(Path root) {
    long begun = System.nanoTime();
    List<Task> tasks =
        folders(root).stream().map(estate::inspect).flatMap(Optional::stream).toList();
    if (tasks.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> all = inParallel(customersFirst(tasks));
    Duration patience = PATIENCE.plus(PATIENCE_PER_VM.multipliedBy(tasks.size()));
    try {
      Deadline.after(patience).await(all, "the VMs of earlier daemons");
      long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
      LOG.info("saw to {} VMs of earlier daemons within {} ms", tasks.size(), millis);
    } catch (DeadlineExceededException e) {
      LOG.warn("some VMs of earlier daemons do not answer yet; going on without them");
    }
    return all;
  }

  private static List<Runnable> customersFirst(List<Task> tasks) {
    return Stream.concat(
            tasks.stream().filter(Task::forCustomer),
            tasks.stream().filter(Predicate.not(Task::forCustomer)))
        .map(Task::work)
        .toList();
  }

  private static CompletableFuture<Void> inParallel(List<Runnable> tasks) {
    AtomicInteger number = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(THREADS, tasks.size()),
            task -> {
              Thread thread = new Thread(task, "recovery-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    CompletableFuture<?>[] done =
        tasks.stream()
            .map(task -> CompletableFuture.runAsync(task, threads))
            .toArray(CompletableFuture[]::new);
    threads.shutdown();
    return CompletableFuture.allOf(done);
  }

  private static List<VmFolder> folders(Path root) {
    List<VmFolder> folders = new ArrayList<>();
    if (!Files.isDirectory(root)) {
      return folders;
    }
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(root, Recovery::isVm)) {
      paths.forEach(path -> folders.add(new VmFolder(path)));
      return folders;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot go through " + root, e);
    }
  }

  private static boolean isVm(Path folder) {
    return Files.isDirectory(folder) && VmId.isOne(folder.getFileName().toString());
  }
}
