package io.vmfactory.factory.request;

import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request to suspend a leased VM.
 *
 * @param lease the lease of the VM
 * @param ttl how long it may stay suspended; null = as configured
 * @param labels given back as they are
 * @param description given back as it is, in Base64
 */
public record SuspendRequest(
    LeaseId lease, @Nullable Duration ttl, SortedMap<String, String> labels, String description) {
  public SuspendRequest {
    labels = new TreeMap<>(labels);
  }
}
