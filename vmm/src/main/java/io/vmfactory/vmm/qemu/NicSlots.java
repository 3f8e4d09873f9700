package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.linux.Tap;
import io.vmfactory.linux.TapMove;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The NIC slots of one VM. Each is a virtio-net whose other end is a tap, which waits, down, in the
 * network namespace of whoever started the VM.
 *
 * @param count how many there are
 */
record NicSlots(VmId id, int count) {
  /** Of the id, in a tap's name; with prefix and slot it is the longest name there can be. */
  private static final int DIGITS = 11;

  static NicSlots of(VmId id, VmSpec spec) {
    return new NicSlots(id, spec.devices().nicSlots());
  }

  /** Locally administered. The guest's own, unless its agent is told another. */
  static String mac(int slot) {
    return "02:76:6d:66:00:%02x".formatted(slot);
  }

  /** What a slot's tap is called before it is moved. */
  private String tap(int slot) {
    return "vmf" + id.value().substring(0, DIGITS) + slot;
  }

  private List<String> taps() {
    return IntStream.range(0, count).mapToObj(this::tap).toList();
  }

  /** Makes the taps, for QEMU to inherit. */
  OpenTaps open() {
    OpenTaps open = new OpenTaps(new ArrayList<>());
    try {
      taps().forEach(name -> open.taps().add(Tap.create(name)));
      return open;
    } catch (RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /** Taps whose other ends this process has. */
  record OpenTaps(List<Tap> taps) implements AutoCloseable {
    List<Integer> descriptors() {
      return taps.stream().map(Tap::descriptor).toList();
    }

    @Override
    public void close() {
      taps.forEach(Tap::close);
    }
  }

  /** Moves the first free slot's tap into {@code target}, up; or leaves all as it was. */
  NicPlace attach(NetworkNamespace target, String name) {
    int slot = TapMove.first(taps(), target, name);
    if (slot < 0) {
      throw new VmmException(
          Reason.RESOURCES,
          "no NIC slot of VM %s is free: it has %d (nic_slots under [hypervisor.qemu])"
              .formatted(id.shortened(), count));
    }
    return new NicPlace(name.isEmpty() ? tap(slot) : name, "eth" + slot, mac(slot));
  }
}
