package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.DriveFile;
import io.vmfactory.linux.FileCalls;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Job;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.FileSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The block nodes below one drive. */
final class DriveNodes {
  private final DriveBay bay;
  private final QemuMonitor monitor;
  private final QemuEvents events;

  /** Completes on the monitor's event loop when QEMU no longer works on a node. */
  private CompletionStage<?> settled = CompletableFuture.completedFuture(null);

  DriveNodes(DriveBay bay, QemuMonitor monitor, QemuEvents events) {
    this.bay = bay;
    this.monitor = monitor;
    this.events = events;
  }

  /**
   * Opens the nodes that {@code image} needs and returns the name of the topmost one. A failure
   * leaves no node.
   *
   * @param bytes size of an overlay in bytes
   */
  String add(DriveImage image, DriveFile file, long bytes, Deadline deadline) {
    boolean writable = image.mode() == DriveMode.WRITABLE;
    try {
      addImage(image, file, writable, deadline);
      return image.mode() == DriveMode.OVERLAY
          ? overlay(image.overlayDir(), bytes, deadline)
          : bay.image();
    } catch (RuntimeException e) {
      undo();
      throw DriveFailures.of(e, image.file());
    }
  }

  private void addImage(DriveImage image, DriveFile file, boolean writable, Deadline deadline) {
    FileCalls calls = FileCalls.shared();
    Descriptor open =
        calls.call("drive " + image.file(), () -> file.open(writable), Descriptor::close, deadline);
    try {
      open(bay.image(), open, !writable, true, deadline);
    } finally {
      calls.close(open::close);
    }
  }

  /**
   * Opens a node over an open file. QEMU gets the open file and no path, because it cannot open
   * files of the host.
   *
   * @param durable whether a flush by the guest reaches the disk
   */
  private void open(
      String node, Descriptor file, boolean readOnly, boolean durable, Deadline deadline) {
    CompletionStage<FileSet> given = monitor.send(QmpCommand.addFile(file));
    try {
      FileSet set = monitor.await(given, "QEMU to take an open file", deadline);
      monitor.execute(BlockCommands.openFile(node, set.path(), readOnly, durable), deadline);
    } finally {
      given.thenAccept(set -> monitor.send(QmpCommand.removeFiles(set)));
    }
  }

  private String overlay(Path folder, long bytes, Deadline deadline) {
    openWrites(folder, deadline);
    format(bytes, deadline);
    monitor.execute(BlockCommands.addOverlay(bay.overlay(), bay.writes(), bay.image()), deadline);
    return bay.overlay();
  }

  /** The file has no name, so no cleanup is needed later. */
  private void openWrites(Path folder, Deadline deadline) {
    try (Descriptor file = OwnerOnly.nameless(folder)) {
      open(bay.writes(), file, false, false, deadline);
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

  /**
   * Runs even if the caller has stopped waiting. Returns why the job failed; empty if it succeeded.
   */
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
   * Asks QEMU to remove all nodes, before any later command of the monitor. Does not wait, since
   * the caller's deadline may have passed.
   */
  void undo() {
    settled.whenComplete((done, failure) -> all().forEach(this::forget));
  }

  private void forget(String node) {
    monitor.send(BlockCommands.remove(node));
  }

  /** Removes the nodes that exist, once QEMU no longer works on them. */
  void removeLeftovers(Deadline deadline) {
    Set<String> present = present(deadline);
    if (present.contains(bay.writes()) && !present.contains(bay.overlay())) {
      endFormat(deadline);
      present = present(deadline); // those that an earlier undo has not removed yet
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
   * Returns when no formatting job is left, including jobs of an earlier daemon. A caller that gave
   * up on a job has sent all commands of its {@link #undo} by then: it sends them at the job's last
   * event, which comes before the reply that no longer lists the job.
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

  /** Returns all nodes, the topmost first. A slot's own node stays. */
  private Stream<String> all() {
    List<String> below = List.of(bay.overlay(), bay.writes(), bay.image());
    return bay.isPort() ? Stream.concat(Stream.of(bay.id()), below.stream()) : below.stream();
  }
}
