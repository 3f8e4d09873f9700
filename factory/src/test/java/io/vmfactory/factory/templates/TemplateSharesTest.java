package io.vmfactory.factory.templates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.SnapshotNote;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TemplateSharesTest {
  private static final long MIB = 1 << 20;
  private static final Owner ANNA = new Owner(2001, false);
  private static final Owner ROOT = new Owner(0, true);

  private final TemplateShares shares = new TemplateShares(10, uid -> 0);

  /** Returns a template with that much memory, 1 MiB of state and 2 MiB in a drive. */
  private static TemplateInfo template(Owner owner, int memoryMib) {
    VmSpec spec =
        new VmSpec(
            new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
            new Sizing(1, 256),
            new Sizing(1, 256),
            0,
            new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of()),
            AgentTransport.VIRTIO_SERIAL);
    SnapshotNote note = new SnapshotNote("", owner, new TreeMap<>(), "");
    var drive = new SnapshotFacts.Drive("rw0", DriveMode.OVERLAY, 2 * MIB);
    return new TemplateInfo(
        new TemplateKey("a".repeat(64)),
        "",
        spec,
        1,
        Instant.EPOCH,
        memoryMib * MIB,
        MIB,
        "",
        false,
        "",
        List.of(),
        new SnapshotFacts(note, 0, List.of(drive)));
  }

  @Test
  void whatAUserHasIsSubtracted() {
    List<TemplateInfo> all =
        List.of(template(ANNA, 1), template(ROOT, 100), template(new Owner(2002, false), 50));
    assertThat(shares.left(ANNA, all)).isEqualTo(6 * MIB);
    assertThat(shares.left(new Owner(2003, false), all)).isEqualTo(10 * MIB);
    assertThat(shares.isExceeded(ANNA, all)).isFalse();
  }

  @Test
  void aUserWhoHasItAllGetsNoMore() {
    List<TemplateInfo> all = List.of(template(ANNA, 7));
    assertThat(shares.isExceeded(ANNA, all)).isFalse();
    assertThatThrownBy(() -> shares.left(ANNA, all))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXHAUSTED))
        .hasMessageContaining("user 2001 take the 10 MiB")
        .hasMessageContaining("max_template_disk_per_user");
    assertThat(shares.isExceeded(ANNA, List.of(template(ANNA, 8)))).isTrue();
  }

  @Test
  void suspendedVmsCountToo() {
    TemplateShares both = new TemplateShares(10, uid -> uid == ANNA.uid() ? 5 * MIB : 0);
    List<TemplateInfo> all = List.of(template(ANNA, 1));
    assertThat(both.left(ANNA, all)).isEqualTo(MIB);
    assertThat(both.hasRoom(ANNA, all, MIB)).isTrue();
    assertThat(both.hasRoom(ANNA, all, MIB + 1)).isFalse();
    assertThat(both.left(new Owner(2003, false), all)).isEqualTo(10 * MIB);
    assertThatThrownBy(() -> both.left(ANNA, List.of(template(ANNA, 2))))
        .hasMessageContaining("templates and suspended VMs of user 2001");
  }

  @Test
  void administratorsAndAConfigurationOfZeroHaveNoLimit() {
    List<TemplateInfo> all = List.of(template(ROOT, 100), template(ANNA, 100));
    assertThat(shares.left(ROOT, all)).isEqualTo(Long.MAX_VALUE);
    assertThat(shares.isExceeded(ROOT, all)).isFalse();
    assertThat(new TemplateShares(0, uid -> 0).left(ANNA, all)).isEqualTo(Long.MAX_VALUE);
    assertThat(new TemplateShares(0, uid -> 0).isExceeded(ANNA, all)).isFalse();
  }
}
