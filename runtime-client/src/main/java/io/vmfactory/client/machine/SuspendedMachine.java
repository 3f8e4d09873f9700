package io.vmfactory.client.machine;

import io.vmfactory.vmm.Sizing;
import java.time.Instant;
import java.util.Map;

/**
 * A leased VM that is suspended.
 *
 * @param leaseId its lease
 * @param labels as given when it was suspended
 * @param since when it was suspended
 * @param expiresAt when it is deleted unless its lease is renewed
 * @param diskKib KiB that it takes on disk
 * @param sizing its size when it runs
 * @param hostname the host name set in the guest
 */
public record SuspendedMachine(
    String leaseId,
    Map<String, String> labels,
    Instant since,
    Instant expiresAt,
    long diskKib,
    Sizing sizing,
    String hostname) {
  public SuspendedMachine {
    labels = Map.copyOf(labels);
  }
}
