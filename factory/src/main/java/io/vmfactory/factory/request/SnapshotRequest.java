package io.vmfactory.factory.request;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request to store a leased VM as a template.
 *
 * @param source the lease of the VM
 * @param name name of the template
 * @param labels given back as they are
 * @param description given back as it is, in Base64
 * @param endSource whether the VM and its lease end when the template is stored
 */
public record SnapshotRequest(
    LeaseId source,
    String name,
    SortedMap<String, String> labels,
    String description,
    boolean endSource) {
  public SnapshotRequest {
    labels = new TreeMap<>(labels);
  }
}
