package io.vmfactory.scripted.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.DriveFile;
import io.vmfactory.linux.OsException;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmDrives;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmPhases;
import io.vmfactory.vmm.VmSpec.Devices;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Drives that no guest reads. Among all fake VMs of this process, only one has a WRITABLE file. */
final class FakeDrives implements VmDrives {
  private static final Map<Path, FakeDrives> WRITTEN = new ConcurrentHashMap<>();

  private final Devices devices;
  private final Supplier<VmPhases> phases;
  private final Script script;
  private final List<Drive> attached = new ArrayList<>();

  private record Drive(DrivePlace place, Path file) {}

  FakeDrives(Devices devices, Supplier<VmPhases> phases, Script script) {
    this.devices = devices;
    this.phases = phases;
    this.script = script;
  }

  @Override
  public synchronized DrivePlace attach(DriveImage image, Deadline deadline) {
    phases.get().require(VmPhase.RUNNING, "attach a drive to");
    try (DriveFile file = DriveFile.hold(image.file(), image.rights());
        Descriptor opened = file.open(image.mode() == DriveMode.WRITABLE)) {
      if (file.size() > devices.driveSlotBytes()) {
        throw new VmmException(Reason.INVALID, "larger than a slot: " + image.file());
      }
    } catch (OsException e) {
      throw VmmException.of(e);
    }
    DrivePlace place = place(image.mode());
    if (image.mode() == DriveMode.WRITABLE && WRITTEN.putIfAbsent(image.file(), this) != null) {
      throw new VmmException(Reason.BUSY, "drive " + image.file() + " is in use");
    }
    try {
      script.play(Step.ATTACH, deadline);
    } catch (RuntimeException e) {
      WRITTEN.remove(image.file(), this);
      throw e;
    }
    attached.add(new Drive(place, image.file()));
    return place;
  }

  private DrivePlace place(DriveMode mode) {
    boolean readOnly = mode == DriveMode.READ_ONLY;
    int slots = readOnly ? devices.readOnlySlots() : devices.driveSlots();
    for (int i = 0; i < slots + devices.hotplugPorts(); i++) {
      boolean port = i >= slots;
      String id = port ? "plug" + (i - slots) : (readOnly ? "ro" : "rw") + i;
      if (attached.stream().noneMatch(drive -> drive.place().id().equals(id))) {
        return new DrivePlace(id, mode, "/dev/" + id, port);
      }
    }
    throw new VmmException(Reason.RESOURCES, "no place for another drive");
  }

  @Override
  public synchronized void detach(String id, Deadline deadline) {
    phases.get().require(VmPhase.RUNNING, "detach a drive from");
    Drive drive =
        attached.stream()
            .filter(one -> one.place().id().equals(id))
            .findFirst()
            .orElseThrow(() -> new VmmException(Reason.INVALID, "no drive \"" + id + "\""));
    script.play(Step.DETACH, deadline);
    attached.remove(drive);
    WRITTEN.remove(drive.file(), this);
  }

  /** Returns the drives as a snapshot keeps them; no files are behind them. */
  synchronized List<FrozenDrive> frozen() {
    for (Drive drive : attached) {
      if (drive.place().hotPlugged() || drive.place().mode() == DriveMode.WRITABLE) {
        throw new VmmException(
            Reason.INVALID, "no snapshot can be taken with drive " + drive.place().id());
      }
    }
    return attached.stream().map(drive -> frozen(drive)).toList();
  }

  private FrozenDrive frozen(Drive drive) {
    DrivePlace place = drive.place();
    return new FrozenDrive(place.id(), place.mode(), devices.driveSlotBytes(), List.of());
  }

  @Override
  public synchronized void restore(List<FrozenDrive> drives, Path overlayDir, Deadline deadline) {
    phases.get().require(VmPhase.PAUSED, "restore the drives of");
    for (FrozenDrive drive : drives) {
      script.play(Step.ATTACH, deadline);
      DrivePlace place = new DrivePlace(drive.id(), drive.mode(), "/dev/" + drive.id(), false);
      attached.add(new Drive(place, Path.of("/frozen", drive.id())));
    }
  }

  @Override
  public synchronized List<DrivePlace> list(Deadline deadline) {
    phases.get().require(VmPhase.RUNNING, "list the drives of");
    return attached.stream().map(Drive::place).toList();
  }

  /** Removes the locks of the process, which is gone. */
  void died() {
    WRITTEN.values().removeIf(holder -> holder == this);
  }
}
