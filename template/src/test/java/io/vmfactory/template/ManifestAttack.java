package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every byte of a template's files altered: no template with another value is loaded. */
@Timeout(3600)
class ManifestAttack {
  private static final int RANDOM = 500;

  @TempDir Path dir;
  private TemplateFixture fixture;
  private TemplateKey key;
  private TemplateInfo original;

  @BeforeEach
  void build() throws IOException {
    fixture = new TemplateFixture(dir);
    key = fixture.built();
    StoredTemplates templates = fixture.open();
    original = templates.list().get(0);
    templates.close();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void everyByteOfAManifest() throws IOException {
    Path manifest = fixture.files(key).manifest();
    byte[] good = Files.readAllBytes(manifest);
    for (int place = 0; place < good.length; place++) {
      for (int change : new int[] {1, 0x20, 0x80}) {
        byte[] bad = good.clone();
        bad[place] ^= (byte) change;
        Files.write(manifest, bad);
        requireRefused("byte %d of the manifest, xor %d".formatted(place, change));
      }
    }
    Files.write(manifest, good);
  }

  @Test
  void everyLengthOfAManifest() throws IOException {
    Path manifest = fixture.files(key).manifest();
    byte[] good = Files.readAllBytes(manifest);
    for (int length = 0; length < good.length; length++) {
      byte[] bad = Arrays.copyOf(good, length);
      Files.write(manifest, bad);
      requireRefused("the first %d bytes of the manifest".formatted(length));
    }
  }

  @Test
  void manyBytesOfADeviceState() throws IOException {
    Path state = fixture.files(key).state();
    byte[] good = Files.readAllBytes(state);
    Random random = new Random(7);
    for (int round = 0; round < RANDOM; round++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(state, bad);
      requireRefused("round %d of the state".formatted(round));
    }
  }

  private void requireRefused(String what) {
    StoredTemplates templates = fixture.open();
    TemplateInfo seen = templates.list().get(0);
    TemplateException thrown =
        catchThrowableOfType(TemplateException.class, () -> fixture.restore(templates, seen.key()));
    if (thrown == null) {
      // The seal is over the values. Letters of a time, for example, can be small or capital.
      assertThat(seen).as(what).isEqualTo(original);
    } else {
      assertThat(thrown.reason()).as(what).isEqualTo(Reason.REFUSED);
    }
    templates.close();
  }
}
