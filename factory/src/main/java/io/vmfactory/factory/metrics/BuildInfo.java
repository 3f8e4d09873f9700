package io.vmfactory.factory.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vmfactory.vmm.HypervisorInfo;

/**
 * What this daemon is, as the labels of a metric that is always 1, and its fixed limits.
 *
 * @param version the product's
 * @param hypervisor what it runs VMs with
 * @param maxVms limit on the VMs that there may be at once
 * @param memoryBudgetBytes private memory that all idle VMs together may hold
 */
public record BuildInfo(
    String version, HypervisorInfo hypervisor, int maxVms, long memoryBudgetBytes)
    implements MultiCollector {
  @Override
  public MetricSnapshots collect() {
    Families families = new Families();
    families.gauge(
        "vmfactory_build_info",
        "Always 1; the labels say what this daemon is.",
        1,
        "version",
        version,
        "java",
        String.valueOf(Runtime.version().feature()),
        "vmm",
        hypervisor.version(),
        "accelerator",
        Causes.word(hypervisor.accelerator()));
    families.gauge("vmfactory_vms_limit", "Most VMs that may be leased at once.", maxVms);
    families.gauge(
        "vmfactory_pool_memory_budget_bytes",
        "Private memory that all idle VMs together may hold.",
        memoryBudgetBytes);
    return families.all();
  }
}
