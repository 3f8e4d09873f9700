package io.vmfactory.factory.templates;

import io.vmfactory.factory.request.Refusals;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import java.util.List;

/**
 * How much disk space the templates of each user may take. Those of administrators may take all.
 *
 * @param mostMib for one user, in MiB; 0 means no limit
 */
public record TemplateShares(int mostMib) {
  private static final long MIB = 1 << 20;

  /**
   * Returns how many bytes one more template of {@code owner} may take.
   *
   * @param all all templates in the store
   * @throws RequestException with reason {@code EXHAUSTED} if none
   */
  long left(Owner owner, List<TemplateInfo> all) {
    if (mostMib == 0 || owner.shared()) {
      return Long.MAX_VALUE;
    }
    long left = mostMib * MIB - used(owner, all);
    if (left <= 0) {
      throw Refusals.exhausted(
          "the templates of user %d take the %d MiB of disk that one user may have (max_template_disk_per_user in the configuration); remove some"
              .formatted(owner.uid(), mostMib));
    }
    return left;
  }

  /** Whether the templates of {@code owner} take more than they may. */
  boolean isExceeded(Owner owner, List<TemplateInfo> all) {
    return mostMib != 0 && !owner.shared() && used(owner, all) > mostMib * MIB;
  }

  private static long used(Owner owner, List<TemplateInfo> all) {
    return all.stream()
        .filter(t -> t.snapshot() != null && t.snapshot().note().owner().equals(owner))
        .mapToLong(TemplateShares::diskBytes)
        .sum();
  }

  /** Returns the bytes that a template takes on disk, without its manifest. */
  public static long diskBytes(TemplateInfo template) {
    SnapshotFacts snapshot = template.snapshot();
    long drives = snapshot == null ? 0 : snapshot.driveBytes();
    return template.memoryBytes() + template.stateBytes() + drives;
  }
}
