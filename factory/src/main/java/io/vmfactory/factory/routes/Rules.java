package io.vmfactory.factory.routes;

import io.vmfactory.configs.LeaseConfig;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.Units;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.guest.HostName;
import io.vmfactory.template.TemplateName;
import io.vmfactory.vmm.Sizing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a valid request into an {@link Order} and refuses any other. */
public final class Rules {
  private static final Duration SHORTEST_TTL = Duration.ofSeconds(1);
  private static final int LONGEST_OWNER = 128;
  private static final int MOST_FORKS = 32;
  private static final int MOST_NOTE_BYTES = 64 << 10;

  /** The status lists the labels of all suspended VMs, and clients take messages of some MiB. */
  private static final int MOST_LABEL_BYTES = 4 << 10;

  private final QemuConfig qemu;
  private final LeaseConfig leases;
  private final List<Route> routes;
  private final boolean templates;
  private final TemplateNames names;

  public Rules(VmFactoryConfig config, TemplateNames names) {
    this.qemu = config.qemu();
    this.leases = config.leases();
    this.routes = config.factory().routes().stream().map(Route::valueOf).toList();
    this.templates = config.factory().enableTemplate();
    this.names = names;
  }

  /** Refuses to go on if the configuration has templates turned off. */
  public void requireTemplates() {
    if (!templates) {
      throw Refusals.notPossible("templates are off: enable_template = false");
    }
  }

  /** Returns the order for a VM that will be leased. */
  public Order order(Peer client, VmRequest request) {
    hostname(request.hostname());
    owner(request.owner());
    return order(client, request, ttl(request.leaseTtl()), false);
  }

  /** Returns the order for a VM that will be given away; ignores lease, hostname and owner. */
  public Order baseOrder(Peer client, VmRequest request) {
    return order(client, request, Duration.ZERO, true);
  }

  /** Returns the order for the clones of a leased VM. */
  public Order order(Peer client, ForkRequest request) {
    owner(request.owner());
    if (request.count() < 1 || request.count() > MOST_FORKS) {
      throw Refusals.invalid("count = %d: must be 1..%d".formatted(request.count(), MOST_FORKS));
    }
    Duration ttl = ttl(request.leaseTtl());
    return new Order(
        client, configured(), true, null, List.of(Route.FORK), ttl, "", request.owner());
  }

  private Order order(Peer client, VmRequest request, Duration ttl, boolean exact) {
    TemplateView named = named(client, request);
    Sizing wanted =
        size(
            request.vcpus(),
            request.memoryMib(),
            named == null || !named.info().usable() ? configured() : boot(named));
    List<Route> allowed = request.routes().isEmpty() ? routes : request.routes();
    return new Order(
        client, wanted, exact, named, allowed, ttl, request.hostname(), request.owner());
  }

  private @Nullable TemplateView named(Peer client, VmRequest request) {
    if (request.templateKey().isEmpty() && request.template().isEmpty()) {
      return null;
    }
    requireTemplates();
    if (request.template().isEmpty()) {
      return names.byKey(client, request.templateKey());
    }
    if (!request.templateKey().isEmpty()) {
      throw Refusals.invalid("template and template_key: name one of them");
    }
    return names.resolve(client, request.template());
  }

  /** Refuses a request to store a VM whose fields are out of range. */
  public void check(SnapshotRequest request) {
    requireTemplates();
    if (!TemplateName.isName(request.name())) {
      throw Refusals.invalid(
          "name = \"%s\": must be %s".formatted(printable(request.name()), TemplateName.TEXT));
    }
    note(request.labels(), request.description());
  }

  /** Refuses labels that are too long, alone or together with a description (in Base64). */
  public void note(Map<String, String> labels, String description) {
    long bytes = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      bytes += utf8(label.getKey()) + utf8(label.getValue());
    }
    if (bytes > MOST_LABEL_BYTES) {
      throw Refusals.invalid(
          "labels have %d bytes: at most %d; the description takes more"
              .formatted(bytes, MOST_LABEL_BYTES));
    }
    bytes += Base64.getDecoder().decode(description).length;
    if (bytes > MOST_NOTE_BYTES) {
      throw Refusals.invalid(
          "labels and description have %d bytes: at most %d".formatted(bytes, MOST_NOTE_BYTES));
    }
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Returns a wanted size; null = as configured. */
  public Sizing size(@Nullable Integer vcpus, @Nullable Integer memoryMib) {
    return size(vcpus, memoryMib, configured());
  }

  /** Returns a wanted size; null = as in {@code otherwise}. */
  public Sizing size(@Nullable Integer vcpus, @Nullable Integer memoryMib, Sizing otherwise) {
    Sizing wanted =
        new Sizing(
            vcpus == null ? otherwise.vcpus() : vcpus,
            memoryMib == null ? otherwise.memoryMib() : memoryMib);
    within("vcpus", wanted.vcpus(), 1, qemu.maxSize().vcpus(), "default_maxvcpus");
    within(
        "memory_mib",
        wanted.memoryMib(),
        QemuConfig.Size.LEAST_MEMORY_MIB,
        qemu.maxSize().memoryMib(),
        "default_maxmemory");
    return wanted;
  }

  private static void within(String what, int value, int least, int most, String limit) {
    if (value < least || value > most) {
      throw Refusals.invalid(
          "%s = %d: must be %d..%d (%s in the configuration)"
              .formatted(what, value, least, most, limit));
    }
  }

  /** Returns the duration of a lease; null = the default. Refuses one out of range. */
  public Duration ttl(@Nullable Duration asked) {
    return within(asked == null ? leases.defaultTtl() : asked, leases.maxTtl(), "max_ttl");
  }

  /**
   * Returns the duration of a lease whose VM is suspended; null = the default. Refuses one out of
   * range.
   */
  public Duration suspendedTtl(@Nullable Duration asked) {
    LeaseConfig.Suspended suspended = leases.suspended();
    return within(
        asked == null ? suspended.defaultTtl() : asked, suspended.maxTtl(), "max_suspended_ttl");
  }

  private static Duration within(Duration ttl, Duration most, String key) {
    if (ttl.compareTo(SHORTEST_TTL) < 0 || ttl.compareTo(most) > 0) {
      throw Refusals.invalid(
          "lease ttl is %s, must be %s..%s (%s in the configuration)"
              .formatted(Units.text(ttl), Units.text(SHORTEST_TTL), Units.text(most), key));
    }
    return ttl;
  }

  private static void hostname(String hostname) {
    if (!hostname.isEmpty() && !HostName.holds(hostname)) {
      throw Refusals.invalid(
          "hostname = \"%s\": must be %s".formatted(printable(hostname), HostName.TEXT));
    }
  }

  private static void owner(String owner) {
    if (owner.length() > LONGEST_OWNER) {
      throw Refusals.invalid(
          "owner has %d characters: at most %d".formatted(owner.length(), LONGEST_OWNER));
    }
    if (owner.chars().anyMatch(Character::isISOControl)) {
      throw Refusals.invalid("owner = \"%s\" has control characters".formatted(printable(owner)));
    }
  }

  /** Returns a text of a client in a form fit for a message: bounded, one line. */
  private static String printable(String text) {
    String bounded = text.length() > 80 ? text.substring(0, 80) + "…" : text;
    return bounded.replaceAll("\\p{Cntrl}", "?");
  }

  private Sizing configured() {
    return new Sizing(qemu.defaultSize().vcpus(), qemu.defaultSize().memoryMib());
  }

  private static Sizing boot(TemplateView template) {
    return template.info().spec().boot();
  }
}
