package io.vmfactory.template;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.vmm.VmSpec;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a template without loading it.
 *
 * @param key name of the template
 * @param digest which snapshot this is: SHA-256, 64 hex digits, over the manifest's digests of
 *     memory and state; so it changes with each rebuild under the same key. Empty if the manifest
 *     cannot be read
 * @param spec spec of its clones, from the manifest; empty names and zeros if the manifest cannot
 *     be read
 * @param possibleCpus how many CPUs the guest's kernel can have, plugged ones included; from the
 *     manifest
 * @param createdAt when it was published; if the manifest cannot be read, when its directory last
 *     changed
 * @param memoryBytes bytes that its memory file holds (data, not holes)
 * @param stateBytes bytes of its device state
 * @param vmmVersion version of the VMM that made it
 * @param loaded whether it is verified and in memory
 * @param refused why this host may not load it; empty if it may
 * @param steps duration of each step of the build, or of the snapshot
 * @param snapshot if it is a snapshot of a VM that ran; null if it was built
 */
public record TemplateInfo(
    TemplateKey key,
    String digest,
    VmSpec spec,
    int possibleCpus,
    Instant createdAt,
    long memoryBytes,
    long stateBytes,
    String vmmVersion,
    boolean loaded,
    String refused,
    List<Lap> steps,
    @Nullable SnapshotFacts snapshot) {
  public TemplateInfo {
    steps = List.copyOf(steps);
  }

  /** Whether it was built, and not made of a VM that ran. */
  public boolean isBuilt() {
    return snapshot == null;
  }

  /** Whether this host may make clones of the template. */
  public boolean usable() {
    return refused.isEmpty();
  }
}
