package io.vmfactory.factory.app;

import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.util.Comparator;

/** Which template serves an order: the largest that fits, since what it lacks must be plugged. */
final class TemplateChooser {
  private static final Comparator<TemplateInfo> BY_SIZE =
      Comparator.comparingInt((TemplateInfo t) -> t.spec().boot().memoryMib())
          .thenComparingInt(t -> t.spec().boot().vcpus());

  private final Templates templates;
  private final VmSpec configured;

  TemplateChooser(Templates templates, VmSpec configured) {
    this.templates = templates;
    this.configured = configured;
  }

  /**
   * The template for {@code order}.
   *
   * @throws RequestException with reason {@code NOT_POSSIBLE} when none fits
   */
  TemplateInfo choose(Order order) {
    TemplateInfo named = order.named();
    return named == null ? largest(order) : checked(named, order);
  }

  private TemplateInfo largest(Order order) {
    return templates.list().stream()
        .filter(t -> t.usable() && current(t) && fits(t, order))
        .max(BY_SIZE)
        .orElseThrow(
            () ->
                Refusals.notPossible(
                    "no usable template fits %s; vmfactory init makes one"
                        .formatted(text(order.wanted()))));
  }

  private static TemplateInfo checked(TemplateInfo named, Order order) {
    String name = "template " + named.key().shortened();
    if (!named.usable()) {
      throw Refusals.notPossible(name + " cannot be used: " + named.refused());
    }
    if (!fits(named, order)) {
      throw Refusals.notPossible(
          "%s has %s and cannot serve %s"
              .formatted(name, text(named.spec().boot()), text(order.wanted())));
    }
    return named;
  }

  /** Whether it is what the configuration, kernel and initrd included, would make today. */
  boolean current(TemplateInfo template) {
    VmSpec today = configured.withBoot(template.spec().boot());
    return template.spec().equals(today) && template.key().equals(templates.keyOf(today));
  }

  private static boolean fits(TemplateInfo template, Order order) {
    VmSpec spec = template.spec();
    Sizing lacking = spec.boot().shortOf(order.wanted());
    boolean noneTooMany = order.wanted().shortOf(spec.boot()).isZero();
    return noneTooMany && (lacking.isZero() || !order.exact() && pluggable(spec, lacking));
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
