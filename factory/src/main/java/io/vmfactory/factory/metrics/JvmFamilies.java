package io.vmfactory.factory.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/**
 * Memory, garbage collections and threads of the JVM, under the names that Prometheus's own client
 * uses.
 */
final class JvmFamilies implements MultiCollector {
  @Override
  public MetricSnapshots collect() {
    Families families = new Families();
    var memory = ManagementFactory.getMemoryMXBean();
    memory(families, "heap", memory.getHeapMemoryUsage());
    memory(families, "nonheap", memory.getNonHeapMemoryUsage());
    ManagementFactory.getGarbageCollectorMXBeans().forEach(gc -> collections(families, gc));
    var threads = ManagementFactory.getThreadMXBean();
    families.gauge("jvm_threads_current", "Live platform threads.", threads.getThreadCount());
    families.gauge(
        "jvm_threads_peak", "Most platform threads so far.", threads.getPeakThreadCount());
    families.gauge(
        "jvm_classes_currently_loaded",
        "Classes loaded.",
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    return families.all();
  }

  private static void memory(Families families, String area, MemoryUsage usage) {
    families.gauge(
        "jvm_memory_used_bytes", "Memory in use.", (double) usage.getUsed(), "area", area);
    families.gauge(
        "jvm_memory_committed_bytes",
        "Memory reserved.",
        (double) usage.getCommitted(),
        "area",
        area);
    if (usage.getMax() >= 0) {
      families.gauge(
          "jvm_memory_max_bytes", "Limit of the memory.", (double) usage.getMax(), "area", area);
    }
  }

  private static void collections(Families families, GarbageCollectorMXBean gc) {
    Families.Sum spent =
        new Families.Sum(
            Math.max(0, gc.getCollectionCount()), Math.max(0, gc.getCollectionTime()) / 1e3);
    families.summary("jvm_gc_collection_seconds", "Collections.", spent, "gc", gc.getName());
  }
}
