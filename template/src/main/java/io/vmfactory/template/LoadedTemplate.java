package io.vmfactory.template;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What clones start from, in memory: a verified template, or a snapshot of a VM that runs. It
 * counts its users, of which the cache is the first; when the last one closes it, its memory is
 * freed. Clones need it only while they start: afterwards they have mapped its memory and opened
 * its drives themselves. A shell keeps the array of the device state as long as it waits, and is a
 * user if there are drives.
 */
final class LoadedTemplate implements AutoCloseable {
  private final @Nullable TemplateKey key;
  private final VmSpec spec;
  private final String digest;
  private final LoadedRam ram;
  private final byte[] state;
  private final DriveSet drives;
  private final boolean ran;
  private final Path overlays;
  private final long bytes;
  private int users = 1;

  /**
   * Makes one of verified content, which is its own from now on.
   *
   * @param overlays folder for the copy-on-write files of clones
   */
  LoadedTemplate(Manifest manifest, LoadedRam ram, byte[] state, DriveSet drives, Path overlays) {
    this.key = new TemplateKey(manifest.key());
    this.spec = manifest.spec();
    this.digest = manifest.digest();
    this.ram = ram;
    this.state = state;
    this.drives = drives;
    this.ran = !manifest.snapshot().isEmpty();
    this.overlays = overlays;
    this.bytes = manifest.memory().dataBytes() + state.length;
  }

  /** Makes one of a snapshot, which is its own from now on. */
  LoadedTemplate(VmSnapshot snapshot, Path overlays) {
    this.key = null;
    this.spec = snapshot.spec();
    this.digest = "";
    this.ram = LoadedRam.whole(snapshot.memory());
    this.state = snapshot.deviceState();
    this.drives = DriveSet.live(snapshot.drives());
    this.ran = true;
    this.overlays = overlays;
    this.bytes = memory().size();
  }

  /** Returns the template that it was loaded from. */
  TemplateKey key() {
    return requireNonNull(key, "not stored");
  }

  VmSpec spec() {
    return spec;
  }

  /** Returns which snapshot this is, see {@link TemplateInfo#digest()}; empty if not stored. */
  String digest() {
    return digest;
  }

  /**
   * Returns the sealed memory of the template; no process can change what the next clone starts
   * from.
   */
  MemoryFile memory() {
    return ram.memory();
  }

  /** Returns the device state. All users share the array and none writes to it. */
  byte[] state() {
    return state;
  }

  /** Returns whether clones get drives, whose files this object holds open. */
  boolean hasDrives() {
    return !drives.isEmpty();
  }

  /** Returns whether the files of the drives are as they were verified. */
  boolean isIntact() {
    return drives.isIntact();
  }

  /**
   * Gives a PAUSED clone its drives. If this throws, end the clone.
   *
   * @param laps gets "drives" if the template is of a VM that ran
   */
  void restoreDrives(Vm clone, Laps laps, Deadline deadline) {
    if (ran) {
      drives.restore(clone, overlays, deadline);
      laps.lap("drives");
    }
  }

  /** Returns the bytes of memory that it really holds: data without holes. */
  long bytes() {
    return bytes;
  }

  /**
   * Starts a clone: PAUSED.
   *
   * @param laps gets "spawn" and "load", and "drives" if it is of a VM that ran
   */
  Vm restore(Hypervisor hypervisor, VmId id, VmFolder folder, Laps laps, Deadline deadline) {
    Launch launch = launch(id, folder);
    Vm vm = hypervisor.restore(launch, state, () -> laps.lap("spawn"), deadline);
    laps.lap("load");
    try {
      restoreDrives(vm, laps, deadline);
      return vm;
    } catch (RuntimeException e) {
      vm.kill();
      throw e;
    }
  }

  /** Returns a clone to start. */
  Launch launch(VmId id, VmFolder folder) {
    return new Launch(id, spec, folder, new GuestRam.CopyOnWrite(ram.memory(), ram.changes()));
  }

  /** Adds a user, who must close the template; returns false if it is already freed. */
  synchronized boolean acquire() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  /** Removes a user; the last one frees the memory. */
  @Override
  public synchronized void close() {
    users--;
    if (users == 0) {
      drives.close();
      ram.close();
    }
  }
}
