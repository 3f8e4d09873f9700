package io.vmfactory.factory.stock;

import io.vmfactory.template.TemplateInfo;

/**
 * A template that VMs are kept of.
 *
 * @param pool the name whose pools they are: each later version of the name takes them over with
 *     their sizes. Empty = a template without a name, whose pools are as the configuration says
 * @param label the template for people, such as {@code python:3}; empty if it has no name
 */
public record Kept(TemplateInfo template, String pool, String label) {
  /** Returns a template without a name. */
  public static Kept unnamed(TemplateInfo template) {
    return new Kept(template, "", "");
  }

  boolean isNamed() {
    return !pool.isEmpty();
  }
}
