package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.HashMap;
import java.util.Map;

/**
 * What the copy-on-write layers of all VMs can grow to, so that they cannot fill the host's disk. A
 * layer counts with the size of its image from the moment in which it is made until it or its VM is
 * gone. Thread-safe.
 */
final class OverlayBook {
  private static final int MIB_BITS = 20;

  private final long most;
  private final long mostOfOne;
  private final Map<VmId, Map<String, Long>> layers = new HashMap<>();

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
     * Counts a layer that is about to be made.
     *
     * @param layer the name of its file's node
     * @throws VmmException with reason {@code RESOURCES} if it would exceed a limit
     */
    void take(String layer, long bytes) {
      OverlayBook.this.take(vm, layer, bytes);
    }

    /** Returns whether there is a limit. */
    boolean isBounded() {
      return Math.min(most, mostOfOne) < Long.MAX_VALUE;
    }

    /** Counts a layer that an earlier daemon has made. */
    void found(String layer, long bytes) {
      put(vm, layer, bytes);
    }

    /** Forgets a layer that is gone. Has no effect if it was not counted. */
    void drop(String layer) {
      OverlayBook.this.drop(vm, layer);
    }

    /** Forgets all layers of the VM, which has ended. */
    void end() {
      forget(vm);
    }
  }

  private synchronized void take(VmId vm, String layer, long bytes) {
    drop(vm, layer);
    require(bytes, sum(vm), mostOfOne, "this VM", "max_overlays_per_vm");
    require(
        bytes, layers.keySet().stream().mapToLong(this::sum).sum(), most, "VMs", "max_overlays");
    put(vm, layer, bytes);
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

  private long sum(VmId vm) {
    return layers.getOrDefault(vm, Map.of()).values().stream().mapToLong(Long::longValue).sum();
  }

  private synchronized void put(VmId vm, String layer, long bytes) {
    layers.computeIfAbsent(vm, id -> new HashMap<>()).put(layer, bytes);
  }

  private synchronized void drop(VmId vm, String layer) {
    layers.computeIfPresent(
        vm,
        (id, all) -> {
          all.remove(layer);
          return all.isEmpty() ? null : all;
        });
  }

  private synchronized void forget(VmId vm) {
    layers.remove(vm);
  }
}
