package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the VMs of earlier daemons when a daemon starts, see {@link Survivors}. Runs before the
 * first VM is made, in the process that holds the lock of {@code run_dir}.
 *
 * <p>Writes nothing, and removes a record only when its process is gone. So if it is killed at any
 * moment, it can begin again. VMs are taken over in parallel, each with a deadline of its own.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  /** Most of these threads wait for a VMM's answer. */
  private static final int THREADS = 16;

  /** How long the start waits for VMMs that do not answer, in addition to the time per VM. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration PATIENCE_PER_VM = Duration.ofMillis(5);

  private final Survivors survivors;

  public Recovery(Survivors survivors) {
    this.survivors = survivors;
  }

  /**
   * Handles all VMs in {@code root} ({@code run_dir/vm}; need not exist). Returns when all are
   * handled, or after about a second if the only ones left are VMs whose VMM does not answer.
   *
   * @return completes when every VM has its owner or is ended; never fails. A customer's VM that
   *     does not answer has its owner
   */
  public CompletionStage<Void> run(Path root) {
    long begun = System.nanoTime();
    List<RecoveryTask> tasks =
        folders(root).stream().map(survivors::inspect).flatMap(Optional::stream).toList();
    if (tasks.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    List<CompletableFuture<CompletionStage<Void>>> started = inParallel(customersFirst(tasks));
    CompletableFuture<Void> all = allOf(started.stream());
    CompletableFuture<Void> answered =
        allOf(started.stream().map(task -> task.thenCompose(Function.identity())));
    Duration patience = PATIENCE.plus(PATIENCE_PER_VM.multipliedBy(tasks.size()));
    try {
      Deadline.after(patience).await(answered, "the VMs of earlier daemons");
      long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
      LOG.info("handled {} VMs of earlier daemons within {} ms", tasks.size(), millis);
    } catch (DeadlineExceededException e) {
      LOG.warn("some VMs of earlier daemons do not answer yet; starting without them");
    }
    return all;
  }

  private static CompletableFuture<Void> allOf(Stream<? extends CompletableFuture<?>> stages) {
    return CompletableFuture.allOf(stages.toArray(CompletableFuture[]::new));
  }

  private static List<Supplier<CompletionStage<Void>>> customersFirst(List<RecoveryTask> tasks) {
    return Stream.concat(
            tasks.stream().filter(RecoveryTask::forCustomer),
            tasks.stream().filter(Predicate.not(RecoveryTask::forCustomer)))
        .map(RecoveryTask::work)
        .toList();
  }

  private static List<CompletableFuture<CompletionStage<Void>>> inParallel(
      List<Supplier<CompletionStage<Void>>> tasks) {
    AtomicInteger number = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(THREADS, tasks.size()),
            task -> {
              Thread thread = new Thread(task, "recovery-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    List<CompletableFuture<CompletionStage<Void>>> started =
        tasks.stream().map(task -> CompletableFuture.supplyAsync(task, threads)).toList();
    threads.shutdown();
    return started;
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
      throw new UncheckedIOException("cannot list " + root, e);
    }
  }

  private static boolean isVm(Path folder) {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && VmId.isOne(folder.getFileName().toString());
  }
}
