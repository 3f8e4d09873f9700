package io.vmfactory.factory.templates;

import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the template that serves an order: the largest that fits, since what it lacks must be
 * plugged. A snapshot of a VM that ran serves only orders that name it.
 */
public final class TemplateChooser {
  private static final Comparator<TemplateInfo> BY_SIZE =
      Comparator.comparingInt((TemplateInfo t) -> t.spec().boot().memoryMib())
          .thenComparingInt(t -> t.spec().boot().vcpus());

  private final KnownTemplates templates;
  private final VmSpec configured;
  private volatile @Nullable Likeness last;

  /**
   * Whether a template's spec is the one configured for its size; remembered, as it costs a deep
   * comparison.
   */
  private record Likeness(VmSpec spec, VmSpec today, boolean same) {}

  public TemplateChooser(KnownTemplates templates, VmSpec configured) {
    this.templates = templates;
    this.configured = configured;
  }

  /**
   * Returns the template for {@code order}.
   *
   * @throws RequestException with reason {@code NOT_POSSIBLE} if none fits
   */
  public TemplateInfo choose(Order order) {
    TemplateView named = order.named();
    return named == null ? largest(order) : checked(named, order);
  }

  /**
   * Returns the template for {@code order}, if the host has the memory for a clone of that size.
   *
   * @throws RequestException with reason {@code NOT_POSSIBLE} if none fits, {@code EXHAUSTED} if
   *     memory is short
   */
  public TemplateInfo chooseWithin(HostMemory memory, Order order) {
    TemplateInfo template = choose(order);
    memory.requireGrowth(template, order);
    return template;
  }

  private TemplateInfo largest(Order order) {
    return templates
        .find(all -> largest(all, order))
        .orElseThrow(() -> Refusals.notPossible(whyNone(order)));
  }

  private String whyNone(Order order) {
    return templates
        .find(all -> all.stream().filter(t -> lacksRoomOnly(t, order)).findFirst())
        .map(t -> withoutRoom(t, order))
        .orElseGet(
            () ->
                "no usable template fits %s; vmfactory init makes one"
                    .formatted(text(order.wanted())));
  }

  private boolean lacksRoomOnly(TemplateInfo template, Order order) {
    return template.isBuilt()
        && template.usable()
        && suits(template, order)
        && !hasRoom(template, order)
        && current(template);
  }

  private static String withoutRoom(TemplateInfo template, Order order) {
    return "the guest's kernel in template %s can have %d vCPU, not %d; a boot gives it more"
        .formatted(template.key().shortened(), template.possibleCpus(), order.wanted().vcpus());
  }

  private Optional<TemplateInfo> largest(List<TemplateInfo> all, Order order) {
    // By size first: whether a template is current costs a look at kernel and initrd.
    return all.stream()
        .filter(t -> t.isBuilt() && t.usable() && fits(t, order))
        .sorted(BY_SIZE.reversed())
        .filter(this::current)
        .findFirst();
  }

  private static TemplateInfo checked(TemplateView view, Order order) {
    TemplateInfo named = view.info();
    String name = "template " + view.label();
    if (!named.usable()) {
      throw Refusals.notPossible(name + " cannot be used: " + named.refused());
    }
    if (!suits(named, order)) {
      throw Refusals.notPossible(
          "%s has %s and cannot serve %s"
              .formatted(name, text(named.spec().boot()), text(order.wanted())));
    }
    if (!hasRoom(named, order)) {
      throw Refusals.notPossible(withoutRoom(named, order));
    }
    return named;
  }

  /**
   * Whether the template is the one that the current configuration, kernel and initrd would make.
   */
  public boolean current(TemplateInfo template) {
    Likeness likeness = likeness(template.spec());
    return likeness.same() && template.key().equals(templates.keyOf(likeness.today()));
  }

  /** Remembers the result for the last spec, since most requests are for one template. */
  @SuppressWarnings("ReferenceEquality") // another object is compared again
  private Likeness likeness(VmSpec spec) {
    Likeness known = last;
    if (known == null || known.spec() != spec) {
      VmSpec today = configured.withBoot(spec.boot());
      known = new Likeness(spec, today, spec.equals(today));
      last = known;
    }
    return known;
  }

  private static boolean fits(TemplateInfo template, Order order) {
    return suits(template, order) && hasRoom(template, order);
  }

  /** Whether the guest's kernel can have that many CPUs: it fixes at its boot how many. */
  private static boolean hasRoom(TemplateInfo template, Order order) {
    int wanted = order.wanted().vcpus();
    return wanted <= template.spec().boot().vcpus() || wanted <= template.possibleCpus();
  }

  /** Whether a clone's devices can be made to fit. */
  private static boolean suits(TemplateInfo template, Order order) {
    VmSpec spec = template.spec();
    Sizing lacking = spec.boot().shortOf(order.wanted());
    boolean noneTooMany = order.wanted().shortOf(spec.boot()).isZero();
    return noneTooMany && (lacking.isZero() || (!order.exact() && pluggable(spec, lacking)));
  }

  private static boolean pluggable(VmSpec spec, Sizing lacking) {
    Sizing grown = spec.boot().plus(lacking.inBlocks());
    return spec.max().shortOf(grown).isZero()
        && (lacking.memoryMib() == 0 || spec.memorySlots() > 0);
  }

  private static String text(Sizing sizing) {
    return "%d vCPU, %d MiB".formatted(sizing.vcpus(), sizing.memoryMib());
  }
}
