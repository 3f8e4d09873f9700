package io.vmfactory.factory.templates;

import io.vmfactory.factory.request.Refusals;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * How much disk space the templates and suspended VMs of each user may take. Those of
 * administrators may take all.
 *
 * @param mostMib for one user, in MiB; 0 means no limit
 * @param suspended returns how many bytes the suspended VMs of a user take
 */
public record TemplateShares(int mostMib, LongUnaryOperator suspended) {
  private static final long MIB = 1 << 20;

  /** Whether {@code bytes} more are within what {@code owner} may take. */
  public boolean hasRoom(Owner owner, List<TemplateInfo> all, long bytes) {
    return mostMib == 0 || owner.shared() || used(owner, all) + bytes <= mostMib * MIB;
  }

  /**
   * Returns how many bytes one more template or suspended VM of {@code owner} may take.
   *
   * @param all all templates in the store
   * @throws RequestException with reason {@code EXHAUSTED} if none
   */
  public long left(Owner owner, List<TemplateInfo> all) {
    if (mostMib == 0 || owner.shared()) {
      return Long.MAX_VALUE;
    }
    long left = mostMib * MIB - used(owner, all);
    if (left <= 0) {
      throw Refusals.exhausted(
          "the templates and suspended VMs of user %d take the %d MiB of disk that one user may have (max_template_disk_per_user in the configuration); remove some"
              .formatted(owner.uid(), mostMib));
    }
    return left;
  }

  /** Whether the templates of {@code owner} take more than they may. */
  boolean isExceeded(Owner owner, List<TemplateInfo> all) {
    return !hasRoom(owner, all, 0);
  }

  private long used(Owner owner, List<TemplateInfo> all) {
    long templates =
        all.stream()
            .filter(t -> t.snapshot() != null && t.snapshot().note().owner().equals(owner))
            .mapToLong(TemplateShares::diskBytes)
            .sum();
    return templates + suspended.applyAsLong(owner.uid());
  }

  /** Returns the bytes that a template takes on disk, without its manifest. */
  public static long diskBytes(TemplateInfo template) {
    SnapshotFacts snapshot = template.snapshot();
    long drives = snapshot == null ? 0 : snapshot.driveBytes();
    return template.memoryBytes() + template.stateBytes() + drives;
  }
}
