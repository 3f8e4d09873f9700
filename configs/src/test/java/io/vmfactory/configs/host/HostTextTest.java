package io.vmfactory.configs.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostTextTest {
  @ParameterizedTest
  @CsvSource({
    "6772c3bcc39f65, grüße",
    "f09f9880, 😀",
    "ff, \\xff",
    "61c3, a\\xc3",
    "c3ff, \\xc3\\xff",
    "eda080, \\xed\\xa0\\x80",
    "f09f98, \\xf0\\x9f\\x98",
    "f09f9880ed, 😀\\xed",
    "c080, \\xc0\\x80",
  })
  void bytesAreKeptAndShown(String hex, String shown) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    String text = HostText.of(bytes);
    assertThat(HostText.bytes(text)).isEqualTo(bytes);
    assertThat(HostText.shown(text)).isEqualTo(shown);
    assertThat(HostText.isUtf8(text)).isEqualTo(!shown.contains("\\x"));
  }

  @Test
  void noBytesAreLostWhateverTheyAre() {
    Random random = new Random(7);
    for (int round = 0; round < 10_000; round++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      assertThat(HostText.bytes(HostText.of(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void aFileWithAnyBytesInItsNameIsOpened(@TempDir Path dir) throws IOException {
    for (String name : new String[] {"tür", "t\uDCFFr", "100%", "a b", "😀\uDCC3"}) {
      Path file = HostText.path(dir + "/" + name);
      Files.write(file, HostText.bytes(name));
      assertThat(Files.readAllBytes(HostText.path(dir + "/" + name)))
          .isEqualTo(HostText.bytes(name));
      String bytes = HostText.of(HostText.bytes(file));
      assertThat(bytes).isEqualTo(dir + "/" + name);
    }
    try (var files = Files.list(dir)) {
      assertThat(files.map(HostText::bytes).map(HostText::of))
          .contains(dir + "/t\uDCFFr", dir + "/tür");
    }
  }

  @Test
  void aPlainNameStaysRelative() {
    assertThat(HostText.path("a/b")).isEqualTo(Path.of("a/b"));
    assertThat(HostText.path("")).isEqualTo(Path.of(""));
  }
}
