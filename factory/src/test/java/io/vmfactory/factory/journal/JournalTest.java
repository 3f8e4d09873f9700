package io.vmfactory.factory.journal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.linux.DamagedDocuments;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final Instant EXPIRY = Instant.parse("2026-01-01T00:00:00Z");

  private final Journal journal = new Journal();
  private final VmId id = VmId.random();
  private VmFolder folder;

  @BeforeEach
  void make(@TempDir Path root) {
    folder = new VmFolders(root.resolve("vm")).create(id);
  }

  private VmRecord making() {
    return VmRecord.making(id.value(), "TEMPLATE", "ab", new Sizing(1, 256), Instant.EPOCH);
  }

  private VmRecord started() {
    return making().started(new VmIdentity(id, 17, 4711, Path.of("/usr/bin/vmm")));
  }

  private VmRecord leased() {
    return started()
        .handedOut("WARM", "host", new Sizing(2, 512), EXPIRY)
        .leased(LeaseEntry.of("lease", 7, "owner", Duration.ofSeconds(9), EXPIRY));
  }

  @Test
  void aRecordIsReadAsItWasWritten() {
    assertThat(journal.read(folder)).isEmpty();
    for (VmRecord record :
        List.of(
            making(),
            started(),
            started().shell("d1"),
            started().warm("d2"),
            leased(),
            leased().leased(requireNonNull(leased().lease()).paused(true)))) {
      journal.write(folder, record);
      assertThat(journal.read(folder)).contains(record);
      assertThat(folder.record().toFile().length()).isLessThan(1024);
    }
  }

  @Test
  void whatAnEarlierStateSaidIsKept() {
    VmRecord warm = started().shell("digest").warm("digest");
    VmRecord read = warm.handedOut("WARM", "host", new Sizing(2, 512), EXPIRY);
    assertThat(read.templateDigest()).isEqualTo("digest");
    assertThat(read.process()).isEqualTo(started().process());
    assertThat(read.sizing()).isEqualTo(new Sizing(2, 512));
    assertThat(read.madeAt()).isEqualTo(EXPIRY.toString());
    assertThat(read.process().identity(id))
        .isEqualTo(new VmIdentity(id, 17, 4711, Path.of("/usr/bin/vmm")));
  }

  @Test
  void aRecordThatWasHalfWrittenDoesNotHideTheOneBefore() throws IOException {
    journal.write(folder, started());
    Files.writeString(folder.path().resolve("vm.json.tmp"), "{\"version\":1,\"sta");
    assertThat(journal.read(folder)).contains(started());
    journal.write(folder, started().givenAway());
    assertThat(journal.read(folder)).contains(started().givenAway());
  }

  @Test
  void aRecordThatMakesNoSenseIsSaidToMakeNone() throws IOException {
    for (String text :
        List.of("", "{\"version\":3}", "{", "[]", "null", "{\"new\":1}", "{\"version\":1}")) {
      Files.writeString(folder.record(), text);
      assertThatThrownBy(() -> journal.read(folder))
          .isInstanceOf(UnreadableRecordException.class)
          .hasMessageContaining("vm.json");
    }
  }

  @Test
  void aRecordThatIsDamagedAnywhereIsSaidToBeSo() throws IOException {
    journal.write(folder, leased());
    for (byte[] damaged : DamagedDocuments.of(Files.readAllBytes(folder.record()))) {
      Files.write(folder.record(), damaged);
      assertThatThrownBy(() -> journal.read(folder))
          .as(new String(damaged, StandardCharsets.UTF_8))
          .isInstanceOf(UnreadableRecordException.class);
    }
  }

  @Test
  void soIsATimeThatIsNone() throws IOException {
    journal.write(folder, leased());
    String text = Files.readString(folder.record());
    Files.writeString(folder.record(), text.replace(EXPIRY.toString(), "soon"));
    assertThatThrownBy(() -> journal.read(folder)).isInstanceOf(UnreadableRecordException.class);
  }

  /** Reads records as version 1 wrote them: an upgraded daemon takes over its VMs. */
  @Test
  void theFormatBeforeIsReadToo() throws IOException {
    Files.writeString(
        folder.record(),
        """
        {"version":1,"state":"LEASED","id":"%s","route":"TEMPLATE","templateKey":"ab",
        "hostname":"h","vcpus":1,"memoryMib":256,"madeAt":"1970-01-01T00:00:00Z",
        "process":{"pid":7,"startTicks":8,"executable":"/q"},
        "lease":{"id":"l","owner":"o","ttlMillis":9000,"expiresAt":"2026-01-01T00:00:00Z"}}\
        """
            .formatted(id));
    VmRecord read = journal.read(folder).orElseThrow();
    assertThat(read.state()).isEqualTo(VmRecord.State.LEASED);
    assertThat(read.templateDigest()).isEmpty();
    assertThat(read.lease().expiry()).isEqualTo(EXPIRY);
    LeaseEntry lease = LeaseEntry.of("l", 7, "o", Duration.ofSeconds(9), EXPIRY);
    assertThat(read.leased(lease).version()).isEqualTo(VmRecord.VERSION);
  }
}
