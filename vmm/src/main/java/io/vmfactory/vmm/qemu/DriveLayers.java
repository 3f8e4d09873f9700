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

  /**
   * A drive that gets a layer.
   *
   * @param layers those that it has, the lowest first; the VM writes to the last one
   */
  private record Growing(DriveBay bay, DriveNodes nodes, List<Integer> layers) {
    int top() {
      return layers.get(layers.size() - 1);
    }

    Growing merged() {
      return new Growing(bay, nodes, List.of(top()));
    }
  }

  private DriveLayers(BlockNodes all, DriveRack rack) {
    this.monitor = all.monitor();
    this.all = all;
    this.rack = rack;
    this.places = rack.places();
  }

  /**
   * Finds the layers of each drive that the guest writes to. Where there are as many as a drive can
   * have, they are merged into one. This takes as long as copying what they hold.
   *
   * @throws VmmException with reason {@code INVALID} when what a drive holds cannot be kept
   */
  static DriveLayers find(QemuDrives drives, Deadline deadline) {
    DriveLayers found = new DriveLayers(drives.allNodes(), drives.rack(deadline));
    found.places.forEach(DriveLayers::requireKept);
    Map<String, Node> present = found.all.byName(deadline);
    new OpenFiles(found.monitor).sweep(present.values(), deadline);
    for (DrivePlace place : found.places) {
      if (place.mode() == DriveMode.OVERLAY) {
        DriveBay bay = found.rack.slot(place.id());
        List<Integer> layers = found.layers(bay, present, deadline);
        Growing drive = new Growing(bay, drives.nodes(bay), layers);
        found.growing.add(found.bounded(drive, present, deadline));
      }
    }
    return found;
  }

  private Growing bounded(Growing drive, Map<String, Node> present, Deadline deadline) {
    if (drive.layers().size() < DriveBay.MOST_LAYERS) {
      return drive;
    }
    drive.nodes().merge(drive.layers(), present, deadline);
    return drive.merged();
  }

  /** Makes a layer for each drive that was found, before the pause. A failure leaves nothing. */
  void prepare(Path folder, Deadline deadline) {
    try {
      for (Growing drive : growing) {
        drive.nodes().makeLayer(drive.top() + 1, folder, rack.bytes(drive.bay()), deadline);
      }
    } catch (RuntimeException e) {
      undo();
      closeUndone();
      throw e;
    }
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

  /**
   * Returns the layers that a drive reads from, the lowest first, and removes others. A daemon that
   * was killed while it took a snapshot or merged layers has left them. QEMU does not remove one
   * that is in use.
   */
  private List<Integer> layers(DriveBay bay, Map<String, Node> present, Deadline deadline) {
    OpenFiles files = new OpenFiles(monitor);
    List<Integer> used = new ArrayList<>(bay.layers(present.keySet()));
    for (int i = used.size() - 1; i >= 0; i--) {
      Node overlay = present.get(bay.overlay(used.get(i)));
      if (overlay != null && !removed(overlay, deadline)) {
        continue;
      }
      Node file = present.get(bay.writes(used.get(i)));
      if (file != null) {
        files.forget(file);
        monitor.execute(BlockCommands.remove(file.name()), deadline);
        monitor.driveBounds().overlays().drop(file.name());
      }
      used.remove(i);
    }
    return used;
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
      int below = 0;
      for (int layer : drive.layers()) {
        DriveBay bay = drive.bay();
        Node file = requireNonNull(present.get(bay.writes(layer)));
        if (!file.readOnly()) {
          files.freeze(bay.overlay(layer), file, bay.overlay(below), deadline);
        }
        below = layer;
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
        .flatMap(drive -> drive.layers().stream())
        .map(bay::writes)
        .forEach(names::add);
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
