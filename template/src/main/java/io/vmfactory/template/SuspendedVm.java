package io.vmfactory.template;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A suspended VM, as recorded on disk: its lease, and the snapshot from which it is made again. Has
 * plain values only, since it is the content of a file.
 *
 * @param lease id of its lease: 32 hex digits
 * @param uid the user that the lease belongs to
 * @param owner free text of the client that got the VM
 * @param terms how long the lease lasts
 * @param former what the VM was
 * @param inside what the client says about its inside; this room reads nothing of it
 * @param stored its snapshot
 */
public record SuspendedVm(
    String lease,
    long uid,
    String owner,
    Terms terms,
    Former former,
    Inside inside,
    Stored stored) {

  /**
   * How long a lease lasts.
   *
   * @param ttlMillis duration of the lease while the VM runs, in milliseconds
   * @param suspendedMillis the same while the VM is suspended
   * @param expiresAt ISO-8601, wall clock: when the VM is deleted unless the lease is renewed
   */
  public record Terms(long ttlMillis, long suspendedMillis, String expiresAt) {
    public Terms {
      Instant.parse(expiresAt); // a record that cannot be read later must not be made
    }

    /** Returns the duration of a lease whose VM is suspended. */
    public Duration suspended() {
      return Duration.ofMillis(suspendedMillis);
    }

    /** Returns the duration of the lease while its VM runs. */
    public Duration running() {
      return Duration.ofMillis(ttlMillis);
    }

    /** Returns when the VM is deleted. */
    public Instant expiry() {
      return Instant.parse(expiresAt);
    }
  }

  /**
   * A VM that was suspended.
   *
   * @param vmId its id
   * @param templateKey hex; the template that it was a clone of
   * @param hostname name set in the guest
   */
  public record Former(
      String vmId, String templateKey, String hostname, int vcpus, int memoryMib) {}

  /**
   * What a client says about the inside of its VM.
   *
   * @param labels in the order of their names
   * @param description as given, in Base64
   */
  public record Inside(List<Label> labels, String description) {
    public Inside {
      labels = List.copyOf(labels);
    }

    /** Returns it with these labels. */
    public static Inside of(SortedMap<String, String> labels, String description) {
      return new Inside(
          labels.entrySet().stream().map(e -> new Label(e.getKey(), e.getValue())).toList(),
          description);
    }

    /** Returns the labels by name. */
    public SortedMap<String, String> byName() {
      TreeMap<String, String> byName = new TreeMap<>();
      labels.forEach(label -> byName.put(label.name(), label.value()));
      return byName;
    }
  }

  /** A label. */
  public record Label(String name, String value) {}

  /**
   * The snapshot of a suspended VM.
   *
   * @param key its key, hex
   * @param diskBytes bytes of data on disk
   * @param at ISO-8601, wall clock: when the VM was suspended
   */
  public record Stored(String key, long diskBytes, String at) {
    public Stored {
      Instant.parse(at); // a record that cannot be read later must not be made
    }
  }

  /** Returns it with a lease that ends at another time. */
  public SuspendedVm renewed(Duration ttl, Instant expiry) {
    Terms now = new Terms(terms.ttlMillis(), ttl.toMillis(), expiry.toString());
    return new SuspendedVm(lease, uid, owner, now, former, inside, stored);
  }
}
