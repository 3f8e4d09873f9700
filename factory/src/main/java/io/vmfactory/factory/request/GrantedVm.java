package io.vmfactory.factory.request;

import io.vmfactory.configs.time.Laps.Lap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A VM that was handed out.
 *
 * @param vm the VM
 * @param lease its lease; null for a base VM, which is given away
 * @param route how it was made
 * @param routeReason why earlier routes were not taken; empty if the first one was
 * @param hops time of each step
 * @param template what it is a clone of, if that is a snapshot of a VM that ran; else null
 */
public record GrantedVm(
    VmView vm,
    @Nullable Lease lease,
    Route route,
    String routeReason,
    List<Lap> hops,
    @Nullable TemplateView template) {
  public GrantedVm {
    hops = List.copyOf(hops);
  }

  /** Returns the lease of a VM that is no base VM. */
  public Lease requireLease() {
    return Objects.requireNonNull(lease);
  }

  /** Makes a VM that is a clone of no stored snapshot. */
  public GrantedVm(
      VmView vm, @Nullable Lease lease, Route route, String routeReason, List<Lap> hops) {
    this(vm, lease, route, routeReason, hops, null);
  }
}
