package io.vmfactory.template;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is kept with a stored snapshot beside its content. This room reads nothing of it.
 *
 * @param parent key of the template that the source was a clone of, hex; empty if not known
 * @param owner whose it is
 * @param labels given back as they are
 * @param description given back as it is, in Base64
 */
public record SnapshotNote(
    String parent, Owner owner, SortedMap<String, String> labels, String description) {
  public SnapshotNote {
    labels = new TreeMap<>(labels);
  }

  /**
   * Whose a stored snapshot is.
   *
   * @param uid the user that made it
   * @param shared whether every user may have clones of it
   */
  public record Owner(long uid, boolean shared) {}
}
