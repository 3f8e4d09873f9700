package io.vmfactory.factory.app;

import io.vmfactory.factory.events.RecordedFailure;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.turns.TurnStats;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.vmm.HypervisorInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the daemon holds.
 *
 * @param startedAt when it began to serve
 * @param hypervisor the VMM that it uses
 * @param templates the templates in the store that the client may use
 * @param defaultKeys keys (hex) of the templates that fit the configuration as it stands
 * @param vms the leased VMs that the client may see
 * @param leases one for each of these VMs
 * @param failures newest first, bounded
 * @param served requests served, by route
 * @param pools the VMs kept ready of those templates, by template, warm before shells
 * @param restores turns to restore or boot a VM
 * @param baseVms VMs that were given away and still exist
 * @param suspended the suspended VMs that the client may use
 */
public record Status(
    Instant startedAt,
    HypervisorInfo hypervisor,
    List<TemplateView> templates,
    List<String> defaultKeys,
    List<VmView> vms,
    List<Lease> leases,
    List<RecordedFailure> failures,
    Map<Route, Integer> served,
    List<PoolView> pools,
    TurnStats restores,
    List<VmView> baseVms,
    List<SuspendedVm> suspended) {

  /** Whether a usable template for the configured shape exists. */
  public boolean on() {
    return templates.stream()
        .anyMatch(t -> t.info().usable() && defaultKeys.contains(t.key().hex()));
  }
}
