package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * What the copy-on-write layers of all VMs can grow to, so that they cannot fill the host's disk. A
 * layer counts with the size of its image, once, from the moment in which it is made until no VM
 * has it. It counts for the VM that has had it longest: the one that has made it, and when that has
 * ended, the oldest of the forks that read it. Thread-safe.
 */
final class OverlayBook {
  private static final int MIB_BITS = 20;
  private static final AtomicLong UNKNOWN = new AtomicLong();

  private final long most;
  private final long mostOfOne;
  private final Map<LayerFile, Held> files = new HashMap<>();
  private final Map<VmId, Map<String, LayerFile>> layers = new HashMap<>();

  /** The file of a layer, which has no name. */
  record LayerFile(long device, long inode) {
    static LayerFile of(Descriptor file) {
      FileStatus status = FileStatus.of(file);
      return new LayerFile(status.device(), status.inode());
    }

    /** Returns one that is no other layer's, for a file that cannot be looked at. */
    static LayerFile unknown() {
      return new LayerFile(-1, UNKNOWN.incrementAndGet());
    }
  }

  /**
   * A file, and which VMs have it: the oldest first.
   *
   * @param bytes what it can grow to
   */
  private record Held(long bytes, Deque<VmId> vms) {
    boolean countsFor(VmId vm) {
      return Objects.equals(vms.peekFirst(), vm);
    }
  }

  /**
   * Makes an empty book.
   *
   * @param mostMib MiB of all VMs together; 0 = no limit
   * @param mostMibOfOne MiB of one VM; 0 = no limit
   */
  OverlayBook(int mostMib, int mostMibOfOne) {
    this.most = bytes(mostMib);
    this.mostOfOne = bytes(mostMibOfOne);
  }

  private static long bytes(int mib) {
    return mib == 0 ? Long.MAX_VALUE : (long) mib << MIB_BITS;
  }

  /** Returns the layers of one VM. */
  OfVm of(VmId vm) {
    return new OfVm(vm);
  }

  /** The layers of one VM. */
  final class OfVm {
    private final VmId vm;

    private OfVm(VmId vm) {
      this.vm = vm;
    }

    /**
     * Counts a layer that is about to be used.
     *
     * @param layer the name of its file's node
     * @param file empty so far
     * @throws VmmException with reason {@code RESOURCES} if it would exceed a limit
     */
    void take(String layer, LayerFile file, long bytes) {
      OverlayBook.this.take(vm, layer, file, bytes);
    }

    /** Returns whether there is a limit. */
    boolean isBounded() {
      return Math.min(most, mostOfOne) < Long.MAX_VALUE;
    }

    /** Counts a layer that another VM, or an earlier daemon, has made, even beyond the limits. */
    void share(String layer, LayerFile file, long bytes) {
      put(vm, layer, file, bytes);
    }

    /** Forgets a layer that the VM has no more. Has no effect if it was not counted. */
    void drop(String layer) {
      OverlayBook.this.drop(vm, layer);
    }

    /** Forgets all layers of the VM, which has ended. */
    void end() {
      forget(vm);
    }
  }

  private synchronized void take(VmId vm, String layer, LayerFile file, long bytes) {
    drop(vm, layer);
    require(bytes, sum(held -> held.countsFor(vm)), mostOfOne, "this VM", "max_overlays_per_vm");
    require(bytes, sum(held -> true), most, "VMs", "max_overlays");
    files.remove(file); // of a VM that has just ended: the file is new
    put(vm, layer, file, bytes);
  }

  private static void require(long bytes, long taken, long most, String whose, String key) {
    if (bytes > most - taken) {
      throw new VmmException(
          Reason.RESOURCES,
          ("the overlays of %s can hold %d MiB already, this one %d more, but %s = %d: detach a"
                  + " drive, use a smaller image, or raise the key")
              .formatted(whose, taken >> MIB_BITS, bytes >> MIB_BITS, key, most >> MIB_BITS));
    }
  }

  private long sum(Predicate<Held> which) {
    return files.values().stream().filter(which).mapToLong(Held::bytes).sum();
  }

  private synchronized void put(VmId vm, String layer, LayerFile file, long bytes) {
    drop(vm, layer);
    layers.computeIfAbsent(vm, id -> new HashMap<>()).put(layer, file);
    files.computeIfAbsent(file, same -> new Held(bytes, new ArrayDeque<>())).vms().addLast(vm);
  }

  private synchronized void drop(VmId vm, String layer) {
    layers.computeIfPresent(
        vm,
        (id, all) -> {
          LayerFile file = all.remove(layer);
          if (file != null) {
            leave(vm, file);
          }
          return all.isEmpty() ? null : all;
        });
  }

  private void leave(VmId vm, LayerFile file) {
    files.computeIfPresent(
        file,
        (same, held) -> {
          held.vms().removeFirstOccurrence(vm);
          return held.vms().isEmpty() ? null : held;
        });
  }

  private synchronized void forget(VmId vm) {
    Map<String, LayerFile> all = layers.remove(vm);
    if (all != null) {
      all.values().forEach(file -> leave(vm, file));
    }
  }
}
