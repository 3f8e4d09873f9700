package io.vmfactory.scripted.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.VmNics;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmPhases;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The NIC slots of a fake VM: names without interfaces. */
final class FakeNics implements VmNics {
  private final @Nullable String[] slots;
  private final Supplier<VmPhases> phases;

  FakeNics(int count, Supplier<VmPhases> phases) {
    this.slots = new String[count];
    this.phases = phases;
  }

  @Override
  public synchronized NicPlace attach(NetworkNamespace target, String name, Deadline deadline) {
    phases.get().require(VmPhase.RUNNING, "attach a NIC");
    int slot = find(null);
    if (slot < 0) {
      throw new VmmException(Reason.RESOURCES, "no NIC slot of the fake VM is free");
    }
    slots[slot] = name;
    return place(slot, name);
  }

  @Override
  public synchronized NicPlace detach(NetworkNamespace from, String name, Deadline deadline) {
    phases.get().require(VmPhase.RUNNING, "detach a NIC");
    int slot = find(name);
    if (slot < 0) {
      throw new VmmException(Reason.INVALID, "\"%s\" is no NIC of the fake VM".formatted(name));
    }
    slots[slot] = null;
    return place(slot, name);
  }

  private int find(@Nullable String name) {
    for (int i = 0; i < slots.length; i++) {
      if (Objects.equals(slots[i], name)) {
        return i;
      }
    }
    return -1;
  }

  private static NicPlace place(int slot, String name) {
    return new NicPlace(name, "eth" + slot, "02:00:00:00:00:01");
  }
}
