package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.linux.DriveFile;
import io.vmfactory.vmm.linux.OwnerOnly;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Job;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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

  /** When QEMU no longer works on a node by itself. */
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
    String job = "format-" + UUID.randomUUID();
    CompletionStage<Boolean> ended = events.jobEnded(job);
    monitor.execute(BlockCommands.formatOverlay(job, bay.writes(), bytes), deadline);
    settled = ended;
    boolean succeeded = monitor.await(ended, "the copy-on-write file to be formatted", deadline);
    String error = succeeded ? "" : error(job, deadline);
    monitor.send(BlockCommands.dismiss(job));
    if (!succeeded) {
      throw new VmmException(Reason.FAILED, "cannot format the copy-on-write file: " + error);
    }
  }

  private String error(String id, Deadline deadline) {
    return monitor.execute(BlockCommands.jobs(), deadline).stream()
        .filter(job -> job.id().equals(id))
        .map(Job::error)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse("no reason given");
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

  /** Removes those that are there. */
  void removeLeftovers(Deadline deadline) {
    Set<String> present =
        monitor.execute(BlockCommands.nodes(), deadline).stream()
            .map(Node::name)
            .collect(Collectors.toSet());
    for (String node : all().filter(present::contains).toList()) {
      monitor.execute(BlockCommands.remove(node), deadline);
    }
  }

  /** The topmost first. A slot's own node stays. */
  private Stream<String> all() {
    List<String> below = List.of(bay.overlay(), bay.writes(), bay.image());
    return bay.isPort() ? Stream.concat(Stream.of(bay.id()), below.stream()) : below.stream();
  }
}
