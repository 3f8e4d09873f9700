package io.vmfactory.factory.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vmfactory.vmm.HypervisorInfo;

/**
 * The version, hypervisor and fixed limits of this daemon. Version and hypervisor are labels of a
 * metric that is always 1.
 *
 * @param version version of the product
 * @param hypervisor the program that runs VMs
 * @param maxVms most VMs at the same time
 * @param memoryBudgetBytes bytes of private memory that all idle VMs together may hold
 */
public record BuildInfo(
    String version, HypervisorInfo hypervisor, int maxVms, long memoryBudgetBytes)
    implements MultiCollector {
  @Override
  public MetricSnapshots collect() {
    Families families = new Families();
    families.gauge(
        "vmfactory_build_info",
        "Always 1; the labels describe this daemon.",
        1,
        "version",
        version,
        "java",
        String.valueOf(Runtime.version().feature()),
        "vmm",
        hypervisor.version(),
        "accelerator",
        Causes.word(hypervisor.accelerator()));
    families.gauge("vmfactory_vms_limit", "Most VMs that may be leased at the same time.", maxVms);
    families.gauge(
        "vmfactory_pool_memory_budget_bytes",
        "Private memory that all idle VMs together may hold.",
        (double) memoryBudgetBytes);
    return families.all();
  }
}
