package io.vmfactory.factory.request;

import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;

/**
 * A template, whose it is, and the name that leads to it.
 *
 * @param owner administrators', which serves every user, if it was built
 * @param name empty = it has none
 * @param version of the name, from 1; 0 if it has none
 * @param current whether the bare name means this version
 */
public record TemplateView(
    TemplateInfo info, Owner owner, String name, int version, boolean current) {
  /** The owner of a template that was built. */
  public static final Owner ADMINISTRATORS = new Owner(0, true);

  /** Returns a template that was built. */
  public static TemplateView built(TemplateInfo info) {
    return new TemplateView(info, ADMINISTRATORS, "", 0, false);
  }

  public TemplateKey key() {
    return info.key();
  }

  /** Returns what a client calls it: name and version, or the beginning of its key. */
  public String label() {
    return name.isEmpty() ? key().shortened() : name + ":" + version;
  }
}
