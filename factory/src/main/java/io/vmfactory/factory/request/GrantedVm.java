package io.vmfactory.factory.request;

import io.vmfactory.configs.time.Laps.Lap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A VM that was handed out.
 *
 * @param vm the VM
 * @param lease its lease; null for a base VM, which is given away
 * @param route how it was made
 * @param routeReason why earlier routes were not taken; empty if the first one was
 * @param hops time of each step
 */
public record GrantedVm(
    VmView vm, @Nullable Lease lease, Route route, String routeReason, List<Lap> hops) {
  public GrantedVm {
    hops = List.copyOf(hops);
  }
}
