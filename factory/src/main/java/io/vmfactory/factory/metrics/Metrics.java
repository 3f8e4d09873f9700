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
 * Everything the daemon counts and measures of itself, and the page that shows it. One per daemon.
 * Names follow Prometheus's conventions: base units, {@code _total} for counters, prefix {@code
 * vmfactory_}. Labels take values of small sets and short template keys, so the number of series is
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
   * The page.
   *
   * @param contentType its format and version
   */
  public record Page(String contentType, byte[] body) {}

  /** What the use cases tell. */
  public Observer observer() {
    return requests;
  }

  /** {@code hypervisor} with its processes counted; to be called once. */
  public Hypervisor counted(Hypervisor hypervisor) {
    return new CountedHypervisor(hypervisor, registry);
  }

  /** Shows also what the daemon is and holds; to be called once, when it is about to serve. */
  public void show(BuildInfo build, Supplier<Status> status) {
    registry.register(build);
    registry.register(new StateFamilies(status));
  }

  /**
   * All metrics as they are now. May block as long as {@link #show}'s supplier does.
   *
   * @param accept the Accept header: decides between Prometheus's text format, which is the
   *     default, and OpenMetrics
   */
  public Page page(@Nullable String accept) {
    ExpositionFormatWriter writer = openMetrics.accepts(accept) ? openMetrics : text;
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      writer.write(body, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return new Page(writer.getContentType(), body.toByteArray());
  }
}
