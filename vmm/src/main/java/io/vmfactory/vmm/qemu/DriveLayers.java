package io.vmfactory.vmm.qemu;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.BlockCommands;
import io.vmfactory.vmm.qmp.BlockCommands.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps what the drives of one running VM hold at one moment: puts a new copy-on-write layer over
 * each while the VM is stopped. For one snapshot; confined to one thread.
 */
final class DriveLayers {
  private final QemuMonitor monitor;
  private final BlockNodes all;
  private final DriveRack rack;
  private final List<DrivePlace> places;
  private final List<Growing> growing = new ArrayList<>();

  /** A drive that gets a layer: its nodes, and the layer that the VM writes to so far. */
  private record Growing(DriveBay bay, DriveNodes nodes, int top) {}

  private DriveLayers(BlockNodes all, DriveRack rack) {
    this.monitor = all.monitor();
    this.all = all;
    this.rack = rack;
    this.places = rack.places();
  }

  /**
   * Makes a layer for each drive that the guest writes to, before the pause. A failure leaves
   * nothing.
   *
   * @throws VmmException with reason {@code INVALID} when what a drive holds cannot be kept
   */
  static DriveLayers prepare(QemuDrives drives, Path folder, Deadline deadline) {
    DriveLayers layers = new DriveLayers(drives.allNodes(), drives.rack(deadline));
    layers.places.forEach(DriveLayers::requireKept);
    try {
      for (DrivePlace place : layers.places) {
        if (place.mode() == DriveMode.OVERLAY) {
          layers.prepare(place.id(), drives, folder, deadline);
        }
      }
    } catch (RuntimeException e) {
      layers.undo();
      layers.closeUndone();
      throw e;
    }
    return layers;
  }

  private static void requireKept(DrivePlace place) {
    if (place.hotPlugged()) {
      throw impossible(
          place, "was plugged in, since no slot was free; detach it, or set more drive_slots");
    } else if (place.mode() == DriveMode.WRITABLE) {
      throw impossible(place, "writes to its own file; detach it, or attach it as OVERLAY");
    }
  }

  private static VmmException impossible(DrivePlace place, String why) {
    return new VmmException(
        Reason.INVALID,
        "no snapshot of this VM can be taken: its drive %s %s".formatted(place.id(), why));
  }

  private void prepare(String id, QemuDrives drives, Path folder, Deadline deadline) {
    DriveBay bay = rack.slot(id);
    DriveNodes nodes = drives.nodes(bay);
    int top = top(bay, all.byName(deadline), deadline);
    if (top >= DriveBay.MOST_LAYERS) {
      throw new VmmException(
          Reason.INVALID,
          "no snapshot of this VM can be taken: its drive %s has %d layers, the most; %s"
              .formatted(id, top, "take it from another VM, which has made fewer snapshots"));
    }
    growing.add(new Growing(bay, nodes, top));
    nodes.makeLayer(top + 1, folder, rack.bytes(bay), deadline);
  }

  /**
   * Returns the layer that the VM writes to, and removes layers above it. A daemon that was killed
   * while it took a snapshot has left them. QEMU does not remove one that is in use.
   */
  private int top(DriveBay bay, Map<String, Node> present, Deadline deadline) {
    OpenFiles files = new OpenFiles(monitor);
    for (int layer = DriveBay.MOST_LAYERS; layer > 1; layer--) {
      Node overlay = present.get(bay.overlay(layer));
      Node file = present.get(bay.writes(layer));
      if (overlay != null && !removed(overlay, deadline)) {
        return layer;
      }
      if (file != null) {
        files.forget(file);
        monitor.execute(BlockCommands.remove(file.name()), deadline);
        monitor.driveBounds().overlays().drop(file.name());
      }
    }
    return 1;
  }

  private boolean removed(Node node, Deadline deadline) {
    try {
      monitor.execute(BlockCommands.remove(node.name()), deadline);
      return true;
    } catch (VmmException e) {
      if (e.reason() != Reason.FAILED) {
        throw e;
      }
      return false;
    }
  }

  /** Lets the VM write to the new layers from now on. The VM is stopped. */
  void grow(Deadline deadline) {
    for (Growing drive : growing) {
      drive.nodes().growBy(drive.top() + 1, deadline);
    }
  }

  /**
   * Asks QEMU to go back to the former layers and to remove the new ones, which are still empty:
   * the VM has not run since. Does not wait. When the VM runs again, call {@link #closeUndone}.
   */
  void undo() {
    for (Growing drive : growing) {
      String former = drive.bay().overlay(drive.top());
      monitor.send(BlockCommands.retarget(drive.bay().id(), former, false));
      drive.nodes().undoLayer(drive.top() + 1);
    }
  }

  /** Asks QEMU to close the files of the layers that were undone. Does not wait. */
  void closeUndone() {
    growing.forEach(drive -> drive.nodes().closeUndone());
  }

  /** Makes the former layers read-only, so that QEMUs of other VMs may read them. The VM runs. */
  void freeze(Deadline deadline) {
    Map<String, Node> present = all.byName(deadline);
    OpenFiles files = new OpenFiles(monitor);
    for (Growing drive : growing) {
      for (int layer = 1; layer <= drive.top(); layer++) {
        Node file = requireNonNull(present.get(drive.bay().writes(layer)));
        if (!file.readOnly()) {
          String below = drive.bay().overlay(layer - 1);
          files.freeze(drive.bay().overlay(layer), file, below, deadline);
        }
      }
    }
  }

  /**
   * Opens what the drives held.
   *
   * @param process QEMU
   */
  List<FrozenDrive> frozen(HostProcess process, Deadline deadline) {
    Map<String, Node> present = all.byName(deadline);
    List<FrozenDrive> frozen = new ArrayList<>();
    try {
      for (DrivePlace place : places) {
        List<String> names = files(place);
        List<Node> nodes = names.stream().map(name -> requireNonNull(present.get(name))).toList();
        long bytes = rack.bytes(rack.slot(place.id()));
        frozen.add(
            new FrozenDrive(place.id(), place.mode(), bytes, taken(nodes, process, deadline)));
      }
      return frozen;
    } catch (RuntimeException e) {
      frozen.forEach(FrozenDrive::close);
      throw e;
    }
  }

  private List<String> files(DrivePlace place) {
    DriveBay bay = rack.slot(place.id());
    List<String> names = new ArrayList<>(List.of(bay.image()));
    growing.stream()
        .filter(drive -> drive.bay().equals(bay))
        .forEach(
            drive -> {
              for (int layer = 1; layer <= drive.top(); layer++) {
                names.add(bay.writes(layer));
              }
            });
    return names;
  }

  private List<Descriptor> taken(List<Node> nodes, HostProcess process, Deadline deadline) {
    OpenFiles files = new OpenFiles(monitor);
    List<Descriptor> taken = new ArrayList<>();
    try {
      nodes.forEach(node -> taken.add(files.take(node, process, deadline)));
      return taken;
    } catch (RuntimeException e) {
      taken.forEach(Descriptor::close);
      throw e;
    }
  }
}
