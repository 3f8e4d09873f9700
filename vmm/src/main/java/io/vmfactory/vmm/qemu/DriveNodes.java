package io.vmfactory.vmm.qemu;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.DriveFile;
import io.vmfactory.linux.FileCalls;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qemu.OverlayBook.LayerFile;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Job;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import io.vmfactory.vmm.qmp.QmpCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The block nodes below one drive. */
final class DriveNodes {
  private final DriveBay bay;
  private final QemuMonitor monitor;
  private final QemuEvents events;
  private final OpenFiles files;

  /** Completes on the monitor's event loop when QEMU no longer works on a node. */
  private CompletionStage<?> settled = CompletableFuture.completedFuture(null);

  DriveNodes(DriveBay bay, QemuMonitor monitor, QemuEvents events) {
    this.bay = bay;
    this.monitor = monitor;
    this.events = events;
    this.files = new OpenFiles(monitor);
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
      if (image.mode() != DriveMode.OVERLAY) {
        return bay.image();
      }
      makeLayer(1, image.overlayDir(), bytes, deadline);
      return stackLayer(1, deadline);
    } catch (RuntimeException e) {
      undo(1);
      throw DriveFailures.of(e, image.file());
    }
  }

  private void addImage(DriveImage image, DriveFile file, boolean writable, Deadline deadline) {
    FileCalls calls = FileCalls.shared();
    Opened open =
        calls.call(
            "drive " + image.file(),
            image.rights(),
            () -> Opened.of(file, writable),
            Opened::close,
            deadline);
    try {
      if (writable && open.inMemory()) {
        monitor.allow(file.size());
      }
      files.openImage(bay.image(), open.file(), !writable, deadline);
    } finally {
      calls.close(image.rights(), open::close);
    }
  }

  /**
   * The open file of an image.
   *
   * @param inMemory whether its file system is memory
   */
  private record Opened(Descriptor file, boolean inMemory) {
    static Opened of(DriveFile file, boolean writable) {
      Descriptor open = file.open(writable);
      try {
        return new Opened(open, open.isInMemory());
      } catch (RuntimeException e) {
        open.close();
        throw e;
      }
    }

    void close() {
      file.close();
    }
  }

  /**
   * Opens the nodes of a drive that another VM had, with a new layer over it, and returns the name
   * of the topmost one. A failure leaves no node.
   */
  String add(FrozenDrive drive, Path folder, Deadline deadline) {
    int layers = drive.files().size() - 1;
    try {
      files.openImage(bay.image(), drive.files().get(0), true, deadline);
      for (int layer = 1; layer <= layers; layer++) {
        Descriptor file = drive.files().get(layer);
        count(layer, file, drive.bytes());
        files.openLayer(bay.writes(layer), file, true, deadline);
        monitor.execute(overlay(layer, true), deadline);
      }
      if (drive.mode() != DriveMode.OVERLAY) {
        return bay.image();
      }
      makeLayer(layers + 1, folder, drive.bytes(), deadline);
      return stackLayer(layers + 1, deadline);
    } catch (RuntimeException e) {
      undo(layers + 1);
      throw e;
    }
  }

  /** A layer that has a name is part of a template, and counts with the templates of its owner. */
  private void count(int layer, Descriptor file, long bytes) {
    if (FileStatus.of(file).links() == 0) {
      monitor.driveBounds().overlays().share(bay.writes(layer), LayerFile.of(file), bytes);
    }
  }

  /** Makes an empty layer that nothing uses yet. The file has no name, so it needs no cleanup. */
  void makeLayer(int layer, Path folder, long bytes, Deadline deadline) {
    try (Descriptor file = OwnerOnly.nameless(folder)) {
      monitor.driveBounds().overlays().take(bay.writes(layer), LayerFile.of(file), bytes);
      if (file.isInMemory()) {
        monitor.allow(bytes);
      }
      files.openLayer(bay.writes(layer), file, false, deadline);
    } catch (IOException e) {
      throw new VmmException(Reason.FAILED, "cannot make a copy-on-write file in " + folder, e);
    }
    format(layer, bytes, deadline);
  }

  /** Puts a layer that was made over the one below it, and returns the name of its node. */
  String stackLayer(int layer, Deadline deadline) {
    monitor.execute(overlay(layer, false), deadline);
    return bay.overlay(layer);
  }

  /** Puts a layer that was made over the one below it, and lets the slot read from it. */
  void growBy(int layer, Deadline deadline) {
    String top = stackLayer(layer, deadline);
    monitor.execute(BlockCommands.retarget(bay.id(), top, false), deadline);
  }

  private QmpCommand<QmpCommand.Done> overlay(int layer, boolean readOnly) {
    return BlockCommands.addOverlay(
        bay.overlay(layer), bay.writes(layer), bay.overlay(layer - 1), readOnly);
  }

  private void format(int layer, long bytes, Deadline deadline) {
    CompletionStage<String> formatted =
        run(
            bay.formatting(),
            BlockCommands.formatOverlay(bay.formatting(), bay.writes(layer), bytes));
    settled = formatted;
    String error = monitor.await(formatted, "the copy-on-write file to be formatted", deadline);
    if (!error.isEmpty()) {
      throw new VmmException(Reason.FAILED, "cannot format the copy-on-write file: " + error);
    }
  }

  /**
   * Copies what all layers hold into the topmost one, and removes the others. The guest may write
   * meanwhile. If this throws, the drive holds the same as before; what was copied stays so.
   *
   * @param layers the lowest first
   * @param present the nodes by name
   */
  void merge(List<Integer> layers, Map<String, Node> present, Deadline deadline) {
    List<Integer> below = layers.subList(0, layers.size() - 1);
    String top = bay.overlay(layers.get(below.size()));
    CompletionStage<String> merged =
        run(bay.merging(), BlockCommands.merge(bay.merging(), top, bay.image()));
    String error;
    try {
      error = monitor.await(merged, "the layers of drive " + bay.id() + " to be merged", deadline);
    } catch (RuntimeException e) {
      monitor.send(BlockCommands.cancel(bay.merging()));
      throw e;
    }
    if (!error.isEmpty()) {
      throw new VmmException(
          error.contains("No space left") ? Reason.RESOURCES : Reason.FAILED,
          "cannot merge the layers of drive %s: %s".formatted(bay.id(), error));
    }
    remove(of(below), present, deadline);
  }

  /** Runs a job. Completes with why it failed; empty if it succeeded. */
  private CompletionStage<String> run(String job, QmpCommand<QmpCommand.Done> start) {
    CompletionStage<Boolean> ended = events.jobEnded(job);
    return monitor
        .send(start)
        .thenCompose(begun -> ended)
        .thenCompose(succeeded -> dismiss(job, succeeded));
  }

  /** Runs even if the caller has stopped waiting. */
  private CompletionStage<String> dismiss(String job, boolean succeeded) {
    CompletionStage<String> error =
        succeeded
            ? CompletableFuture.completedFuture("")
            : monitor.send(BlockCommands.jobs()).thenApply(all -> error(job, all));
    monitor.send(BlockCommands.dismiss(job));
    return error;
  }

  private static String error(String job, List<Job> all) {
    return all.stream()
        .filter(one -> one.id().equals(job))
        .findFirst()
        .map(Job::error)
        .orElse("no reason given");
  }

  /**
   * Asks QEMU to remove all nodes up to that layer, before any later command of the monitor. Does
   * not wait, since the caller's deadline may have passed.
   */
  void undo(int layers) {
    settled.whenComplete(
        (done, failure) -> {
          all(IntStream.rangeClosed(1, layers).boxed().toList()).forEach(this::remove);
          files.forgetAll();
        });
  }

  /**
   * Asks QEMU to remove one layer that nothing uses, before any later command of the monitor. Does
   * not wait. When the VM runs, call {@link #closeUndone}.
   */
  void undoLayer(int layer) {
    settled.whenComplete(
        (done, failure) -> Stream.of(bay.overlay(layer), bay.writes(layer)).forEach(this::remove));
  }

  /** Asks QEMU to close the files of a layer that was undone. Does not wait. */
  void closeUndone() {
    settled.whenComplete((done, failure) -> files.forgetAll());
  }

  private void remove(String node) {
    monitor.send(BlockCommands.remove(node));
    monitor.driveBounds().overlays().drop(node);
  }

  /** Removes the nodes that exist, once QEMU no longer works on them. */
  void removeLeftovers(Deadline deadline) {
    Map<String, Node> present = new BlockNodes(monitor, events).byName(deadline);
    remove(all(bay.layers(present.keySet())), present, deadline);
  }

  private void remove(Stream<String> names, Map<String, Node> present, Deadline deadline) {
    for (String name : names.filter(present.keySet()::contains).toList()) {
      files.forget(requireNonNull(present.get(name)));
      monitor.execute(BlockCommands.remove(name), deadline);
      monitor.driveBounds().overlays().drop(name);
    }
  }

  /** Returns all nodes, the topmost first. A slot's own node stays. */
  private Stream<String> all(List<Integer> layers) {
    Stream<String> below = Stream.concat(of(layers), Stream.of(bay.image()));
    return bay.isPort() ? Stream.concat(Stream.of(bay.id()), below) : below;
  }

  /**
   * Returns the nodes of layers, the topmost first.
   *
   * @param layers the lowest first
   */
  private Stream<String> of(List<Integer> layers) {
    int most = layers.size() - 1;
    return IntStream.rangeClosed(0, most)
        .mapToObj(i -> layers.get(most - i))
        .flatMap(layer -> Stream.of(bay.overlay(layer), bay.writes(layer)));
  }
}
