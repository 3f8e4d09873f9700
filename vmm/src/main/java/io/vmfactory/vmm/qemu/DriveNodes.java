package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.DriveFile;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Job;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The nodes below one drive. */
final class DriveNodes {
  private final DriveBay bay;
  private final QemuMonitor monitor;
  private final QemuEvents events;

  /** When QEMU no longer works on a node by itself; completes on the monitor's event loop. */
  private CompletionStage<?> settled = CompletableFuture.completedFuture(null);

  DriveNodes(DriveBay bay, QemuMonitor monitor, QemuEvents events) {
    this.bay = bay;
    this.monitor = monitor;
    this.events = events;
  }

  /**
   * Opens what {@code image} asks for and returns the name of the topmost node. When it fails,
   * there are none.
   *
   * @param bytes size of an overlay
   */
  String add(DriveImage image, DriveFile file, long bytes, Deadline deadline) {
    boolean writable = image.mode() == DriveMode.WRITABLE;
    try {
      monitor.execute(
          BlockCommands.openFile(bay.image(), file.path().toString(), !writable, true), deadline);
      return image.mode() == DriveMode.OVERLAY
          ? overlay(image.overlayDir(), bytes, deadline)
          : bay.image();
    } catch (RuntimeException e) {
      undo();
      throw DriveFailures.told(e, image.file(), file.path());
    }
  }

  private String overlay(Path folder, long bytes, Deadline deadline) {
    openWrites(folder, deadline);
    format(bytes, deadline);
    monitor.execute(BlockCommands.addOverlay(bay.overlay(), bay.writes(), bay.image()), deadline);
    return bay.overlay();
  }

  /** The file has a name only until QEMU has it open: nobody needs to remove it later. */
  private void openWrites(Path folder, Deadline deadline) {
    Path file = folder.resolve(UUID.randomUUID() + ".qcow2");
    try {
      OwnerOnly.create(file);
      try {
        monitor.execute(
            BlockCommands.openFile(bay.writes(), file.toString(), false, false), deadline);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new VmmException(Reason.FAILED, "cannot make a copy-on-write file in " + folder, e);
    }
  }

  private void format(long bytes, Deadline deadline) {
    CompletionStage<Boolean> ended = events.jobEnded(bay.formatting());
    CompletionStage<String> formatted =
        monitor
            .send(BlockCommands.formatOverlay(bay.formatting(), bay.writes(), bytes))
            .thenCompose(begun -> ended)
            .thenCompose(this::dismiss);
    settled = formatted;
    String error = monitor.await(formatted, "the copy-on-write file to be formatted", deadline);
    if (!error.isEmpty()) {
      throw new VmmException(Reason.FAILED, "cannot format the copy-on-write file: " + error);
    }
  }

  /** Whether or not anybody still waits for it. Yields why the job has failed; empty if not. */
  private CompletionStage<String> dismiss(boolean succeeded) {
    CompletionStage<String> error =
        succeeded
            ? CompletableFuture.completedFuture("")
            : monitor.send(BlockCommands.jobs()).thenApply(this::error);
    monitor.send(BlockCommands.dismiss(bay.formatting()));
    return error;
  }

  private String error(List<Job> all) {
    return formatting(all).map(Job::error).orElse("no reason given");
  }

  private Optional<Job> formatting(List<Job> all) {
    return all.stream().filter(job -> job.id().equals(bay.formatting())).findFirst();
  }

  /**
   * Has them all removed, in time for whatever the monitor is told next; does not wait, since the
   * caller's time may be over.
   */
  void undo() {
    settled.whenComplete((done, failure) -> all().forEach(this::forget));
  }

  private void forget(String node) {
    monitor.send(BlockCommands.remove(node));
  }

  /** Removes those that are there, once QEMU no longer works on them. */
  void removeLeftovers(Deadline deadline) {
    Set<String> present = present(deadline);
    if (present.contains(bay.writes()) && !present.contains(bay.overlay())) {
      endFormat(deadline);
      present = present(deadline); // those that an undo of before has not removed by now
    }
    for (String node : all().filter(present::contains).toList()) {
      monitor.execute(BlockCommands.remove(node), deadline);
    }
  }

  private Set<String> present(Deadline deadline) {
    return monitor.execute(BlockCommands.nodes(), deadline).stream()
        .map(Node::name)
        .collect(Collectors.toSet());
  }

  /**
   * Returns when there is no formatting job, an earlier daemon's neither. Whoever gave one up has
   * sent all of its {@link #undo} by then: that happens at the job's last event, which comes before
   * the reply that no longer lists the job.
   */
  private void endFormat(Deadline deadline) {
    while (true) {
      CompletionStage<Boolean> ended = events.jobEnded(bay.formatting());
      Optional<Job> job = formatting(monitor.execute(BlockCommands.jobs(), deadline));
      if (job.isEmpty()) {
        return;
      }
      if (job.get().concluded()) {
        monitor.send(BlockCommands.dismiss(bay.formatting()));
      } else {
        monitor.await(ended, "an earlier copy-on-write file to be formatted", deadline);
      }
    }
  }

  /** The topmost first. A slot's own node stays. */
  private Stream<String> all() {
    List<String> below = List.of(bay.overlay(), bay.writes(), bay.image());
    return bay.isPort() ? Stream.concat(Stream.of(bay.id()), below.stream()) : below.stream();
  }
}
