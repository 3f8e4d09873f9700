package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.linux.Tap;
import io.vmfactory.linux.TapMove;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.NicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The NIC slots of one VM. Each is a virtio-net device whose other end is a tap. Until it is
 * attached, the tap is down, in the network namespace of the daemon that started the VM.
 *
 * @param count number of slots
 */
record NicSlots(VmId id, int count) {
  /**
   * Digits of the id in a tap's name. With prefix and slot, the name has the longest legal length.
   */
  private static final int DIGITS = 11;

  static NicSlots of(VmId id, VmSpec spec) {
    return new NicSlots(id, spec.devices().nicSlots());
  }

  /**
   * Returns the address that a slot begins with, in every VM. The agent knows the slots by it, and
   * gives them addresses of the VM's own ({@code network/nics.c}).
   */
  static String mac(int slot) {
    return "02:76:6d:66:00:%02x".formatted(slot);
  }

  /** Returns the name of a slot's tap before it is moved. */
  private String tap(int slot) {
    return "vmf" + id.value().substring(0, DIGITS) + slot;
  }

  private List<String> taps() {
    return IntStream.range(0, count).mapToObj(this::tap).toList();
  }

  /** Returns whether a NIC is attached: its tap is up, or elsewhere. */
  boolean anyAttached() {
    return TapMove.count(taps()) < count;
  }

  /** Makes the taps for QEMU to inherit. */
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

  /** Taps whose other ends this process holds. */
  record OpenTaps(List<Tap> taps) implements AutoCloseable {
    List<Integer> descriptors() {
      return taps.stream().map(Tap::descriptor).toList();
    }

    @Override
    public void close() {
      taps.forEach(Tap::close);
    }
  }

  /**
   * Moves the first free slot's tap into {@code target} and brings it up. A failure changes
   * nothing.
   */
  NicPlace attach(NetworkNamespace target, String name, QemuMonitor monitor, Deadline deadline) {
    Map<String, String> macs = macs(monitor, deadline);
    int slot = TapMove.first(taps(), target, name);
    if (slot < 0) {
      throw new VmmException(
          Reason.RESOURCES,
          "no NIC slot of VM %s is free: it has %d (nic_slots under [hypervisor.qemu])"
              .formatted(id.shortened(), count));
    }
    return place(slot, name.isEmpty() ? tap(slot) : name, macs);
  }

  /** Moves a slot's tap back from {@code from}. */
  NicPlace detach(NetworkNamespace from, String name, QemuMonitor monitor, Deadline deadline) {
    Map<String, String> macs = macs(monitor, deadline);
    int slot = TapMove.back(taps(), from, name);
    if (slot < 0) {
      throw new VmmException(
          Reason.INVALID, "\"%s\" in %s is no NIC of VM %s".formatted(name, from, id.shortened()));
    }
    return place(slot, name, macs);
  }

  private static Map<String, String> macs(QemuMonitor monitor, Deadline deadline) {
    return monitor.execute(QmpCommand.nicFilters(), deadline).stream()
        .collect(Collectors.toMap(NicFilter::name, NicFilter::mac));
  }

  private static NicPlace place(int slot, String name, Map<String, String> macs) {
    return new NicPlace(name, "eth" + slot, macs.getOrDefault("nic" + slot, mac(slot)));
  }
}
