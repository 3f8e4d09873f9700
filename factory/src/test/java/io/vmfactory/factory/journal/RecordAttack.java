package io.vmfactory.factory.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records of VMs with other bytes: each is a record or is reported as none. Any other exception
 * would keep a daemon from starting.
 */
@Timeout(3600)
class RecordAttack {
  private static final int ROUNDS = 20_000;
  private static final Instant EXPIRY = Instant.parse("2026-01-01T00:00:00Z");

  private final Journal journal = new Journal();
  private final VmId id = VmId.random();
  private final Random random = new Random(11);
  private VmFolder folder;
  private byte[] good;

  @BeforeEach
  void write(@TempDir Path root) throws IOException {
    folder = new VmFolders(root.resolve("vm")).create(id);
    journal.write(
        folder,
        VmRecord.making(id.value(), "TEMPLATE", "ab", new Sizing(1, 256), Instant.EPOCH)
            .started(new VmIdentity(id, 17, 4711, Path.of("/usr/bin/vmm")))
            .handedOut("WARM", "host", new Sizing(2, 512), EXPIRY)
            .leased(LeaseEntry.of("lease", 7, "owner", Duration.ofSeconds(9), EXPIRY)));
    good = Files.readAllBytes(folder.record());
  }

  private void requireKnownOrReported(byte[] bytes, String what) throws IOException {
    Files.write(folder.record(), bytes);
    try {
      assertThat(journal.read(folder)).as(what).isNotNull();
    } catch (UnreadableRecordException e) {
      assertThat(e.getMessage()).as(what).contains(folder.record().toString());
    }
  }

  @Test
  void everyByteIsReplacedByEachOther() throws IOException {
    for (int place = 0; place < good.length; place++) {
      for (int value = 0; value < 256; value += 5) {
        byte[] bad = good.clone();
        bad[place] = (byte) value;
        requireKnownOrReported(bad, "byte %d = %d".formatted(place, value));
      }
    }
  }

  @Test
  void everyLength() throws IOException {
    for (int length = 0; length < good.length; length++) {
      requireKnownOrReported(Arrays.copyOf(good, length), length + " bytes");
    }
  }

  @Test
  void manyChangesAtOnce() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(2 * good.length));
      for (int change = random.nextInt(20); change >= 0; change--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      requireKnownOrReported(bad, "round " + round);
    }
  }

  @Test
  void deepAndLargeValues() throws IOException {
    for (String text :
        new String[] {
          "[".repeat(100_000),
          "{\"a\":".repeat(100_000),
          "{\"version\":" + "9".repeat(100_000) + "}",
          "\"" + "x".repeat(1 << 19) + "\"",
          "null",
          "{}",
          "0",
        }) {
      requireKnownOrReported(text.getBytes(UTF_8), text.substring(0, 1));
    }
  }
}
