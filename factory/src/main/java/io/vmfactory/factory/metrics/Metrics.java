package io.vmfactory.factory.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.vmm.Hypervisor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of the daemon, and the page that shows them. One per daemon. Names follow
 * Prometheus's conventions: base units, {@code _total} for counters, prefix {@code vmfactory_}. The
 * values of labels are words of small sets and short template keys, so the number of series is
 * bounded by the number of templates. Thread-safe.
 */
public final class Metrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Requests requests = new Requests(registry);
  private final ExpositionFormatWriter text = PrometheusTextFormatWriter.builder().build();
  private final ExpositionFormatWriter openMetrics = OpenMetricsTextFormatWriter.builder().build();

  public Metrics() {
    registry.register(new JvmFamilies());
    registry.register(new ProcessFamilies(Path.of("/proc/self")));
  }

  /**
   * The page of metrics.
   *
   * @param contentType its format and version
   */
  public record Page(String contentType, byte[] body) {}

  /** Returns the observer that counts what the daemon does. */
  public Observer observer() {
    return requests;
  }

  /** Returns {@code hypervisor} with its processes counted. Called once. */
  public Hypervisor counted(Hypervisor hypervisor) {
    return new CountedHypervisor(hypervisor, registry);
  }

  /** Adds what the daemon is and holds to the page. Called once, before the daemon serves. */
  public void show(BuildInfo build, Supplier<Status> status) {
    registry.register(build);
    registry.register(new StateFamilies(status));
  }

  /**
   * Returns all metrics as they are now. May block as long as {@link #show}'s supplier does.
   *
   * @param accept the Accept header; selects Prometheus's text format, which is the default, or
   *     OpenMetrics
   */
  public Page page(@Nullable String accept) {
    ExpositionFormatWriter writer = openMetrics.accepts(accept) ? openMetrics : text;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      writer.write(body, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return new Page(writer.getContentType(), body.toByteArray());
  }
}
