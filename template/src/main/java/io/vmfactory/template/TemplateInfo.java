package io.vmfactory.template;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.vmm.VmSpec;
import java.time.Instant;
import java.util.List;

/**
 * What is known of a template without loading it.
 *
 * @param key its name
 * @param digest which snapshot this is: SHA-256, 64 hex digits, over the manifest's digests of
 *     memory and state, so another after each rebuild under the same key; empty when the manifest
 *     cannot be read
 * @param spec what its clones are, as the manifest has it; empty names and zeros when the manifest
 *     cannot be read
 * @param createdAt when it was published; when its directory was last changed, when the manifest
 *     cannot be read
 * @param memoryBytes what its memory file holds (data, not holes)
 * @param stateBytes size of its device state
 * @param vmmVersion version of the VMM that made it
 * @param loaded verified and in memory
 * @param refused why this host may not load it; empty = usable
 * @param steps how long the build took, step by step
 */
public record TemplateInfo(
    TemplateKey key,
    String digest,
    VmSpec spec,
    Instant createdAt,
    long memoryBytes,
    long stateBytes,
    String vmmVersion,
    boolean loaded,
    String refused,
    List<Lap> steps) {
  public TemplateInfo {
    steps = List.copyOf(steps);
  }

  /** Whether this host may make clones of it. */
  public boolean usable() {
    return refused.isEmpty();
  }
}
