package io.vmfactory.factory.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vmfactory.factory.app.Status;
import io.vmfactory.template.TemplateInfo;
import java.util.function.Supplier;

/**
 * Metrics of what the daemon holds, from one snapshot per scrape. Nothing is measured for a scrape:
 * expensive values are measured elsewhere, at their own pace, and remembered.
 *
 * @param status supplies the snapshot; may block for as long as a scrape may last
 */
record StateFamilies(Supplier<Status> status) implements MultiCollector {
  @Override
  public MetricSnapshots collect() {
    Status now = status.get();
    Families families = new Families();
    families.gauge("vmfactory_leases", "Open leases.", now.leases().size());
    families.gauge("vmfactory_vms_leased", "Leased VMs.", now.vms().size());
    now.templates().stream()
        .filter(template -> template.owner().shared()) // every user reads the metrics
        .filter(template -> template.info().isBuilt() || template.current())
        .forEach(template -> template(families, template.info()));
    families.gauge(
        "vmfactory_template_for_configuration",
        "1 if there is a usable template of the configured shape.",
        now.on() ? 1 : 0);
    now.pools().forEach(pool -> PoolFamilies.add(families, pool));
    PoolFamilies.add(families, now.restores());
    return families.all();
  }

  private static void template(Families families, TemplateInfo template) {
    String key = template.key().shortened();
    families.gauge(
        "vmfactory_template_usable",
        "1 = clones can be made from it; 0 = refused, ListTemplates says why.",
        template.usable() ? 1 : 0,
        "template",
        key);
    families.gauge(
        "vmfactory_template_loaded_bytes",
        "Memory of the loaded template, shared by its clones; 0 = not loaded.",
        template.loaded() ? (double) (template.memoryBytes() + template.stateBytes()) : 0,
        "template",
        key);
  }
}
