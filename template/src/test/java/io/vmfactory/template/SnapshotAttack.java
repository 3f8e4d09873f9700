package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Alters single bytes of a stored snapshot's files: every byte of those that are small. */
@Timeout(3600)
class SnapshotAttack {
  /** Of larger files, the bytes of this many places: most of them are in holes. */
  private static final int PLACES = 1000;

  private static final int SMALL = 8192;

  @TempDir Path dir;
  private TemplateFixture fixture;
  private SnapshotChains chains;
  private TemplateKey key;
  private TemplateInfo original;

  @BeforeEach
  void store() throws IOException {
    fixture = new TemplateFixture(dir);
    try (StoredTemplates templates = fixture.open()) {
      chains = new SnapshotChains(dir, fixture, templates);
      key = chains.stored(1, FakeVm.STATE);
      original = info(templates);
    }
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  private TemplateInfo info(StoredTemplates templates) {
    return templates.list().stream().filter(t -> t.key().equals(key)).findFirst().orElseThrow();
  }

  static List<String> files() {
    return SnapshotChains.FILES;
  }

  @ParameterizedTest
  @MethodSource("files")
  void anAlteredByteIsRefused(String name) throws IOException {
    Path file = chains.file(key, name);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    long size = Files.size(file);
    Random random = new Random(11);
    Stream<Long> places =
        size <= SMALL
            ? Stream.iterate(0L, at -> at < size, at -> at + 1)
            : Stream.generate(() -> (long) (random.nextDouble() * size)).limit(PLACES);
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      for (long at : places.toList()) {
        int mask = 1 << random.nextInt(8);
        int good = read(open, at);
        write(open, at, good ^ mask);
        requireRefused("byte %d of %s, xor %d".formatted(at, name, mask));
        write(open, at, good);
      }
    }
  }

  private static int read(RandomAccessFile file, long at) throws IOException {
    file.seek(at);
    return file.read();
  }

  private static void write(RandomAccessFile file, long at, int value) throws IOException {
    file.seek(at);
    file.write(value);
  }

  private void requireRefused(String what) {
    try (StoredTemplates templates = fixture.open()) {
      TemplateException thrown =
          catchThrowableOfType(TemplateException.class, () -> fixture.restore(templates, key));
      if (thrown == null) {
        // The seal is over the values. Letters of a time, for example, can be small or capital.
        assertThat(info(templates)).as(what).isEqualTo(original);
      } else {
        assertThat(thrown.reason()).as(what).isEqualTo(Reason.REFUSED);
      }
    }
    fixture.opened.clear();
  }
}
