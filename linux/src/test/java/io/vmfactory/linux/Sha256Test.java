package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Sha256Test {
  /** From FIPS 180-2, appendix B; the first is the digest of nothing. */
  @ParameterizedTest
  @CsvSource({
    "'', 1, e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "abc, 1, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq, 1,"
        + " 248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    "a, 1000000, cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
  })
  void theDigestIsThatOfTheStandard(String text, int times, String digest) {
    assertThat(Sha256.hex(text.repeat(times).getBytes(US_ASCII))).isEqualTo(digest);
  }

  /** Each part comes in another way: a byte, an array, a part of one, buffers of three kinds. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theSameBytesInAnyPartsHaveTheDigestThatTheJdkComputes(long seed) {
    Random random = new Random(seed);
    MessageDigest ours = Sha256.start();
    MessageDigest theirs = Sha256.ofJdk();
    for (int message = 0; message < 20; message++) {
      for (int parts = random.nextInt(12); parts > 0; parts--) {
        byte[] part = new byte[random.nextInt(parts % 4 == 0 ? 10_000 : 130)];
        random.nextBytes(part);
        update(ours, part, random);
        theirs.update(part);
      }
      assertThat(ours.digest()).isEqualTo(theirs.digest());
    }
  }

  private static void update(MessageDigest digest, byte[] part, Random random) {
    int before = random.nextInt(5);
    byte[] wide = new byte[before + part.length + 3];
    System.arraycopy(part, 0, wide, before, part.length);
    int way = random.nextInt(5);
    if (way == 0) {
      for (byte one : part) {
        digest.update(one);
      }
    } else if (way == 1) {
      byte[] unchanged = part.clone();
      digest.update(part);
      assertThat(part).isEqualTo(unchanged);
    } else if (way == 2) {
      digest.update(wide, before, part.length);
    } else {
      ByteBuffer buffer =
          way == 3 ? ByteBuffer.wrap(wide) : ByteBuffer.allocateDirect(wide.length).put(wide);
      buffer.limit(before + part.length).position(before);
      ByteBuffer given = random.nextBoolean() ? buffer : buffer.asReadOnlyBuffer();
      digest.update(given);
      assertThat(given.remaining()).isZero();
    }
  }

  @Test
  void aDigestCanBeUsedAgainAfterItsResultAndAfterAReset() {
    MessageDigest digest = Sha256.start();
    digest.update(new byte[100]);
    digest.reset();
    digest.update("abc".getBytes(US_ASCII));
    String first = Sha256.hex(digest);
    digest.update("abc".getBytes(US_ASCII));
    assertThat(Sha256.hex(digest)).isEqualTo(first).isEqualTo(Sha256.hex("abc".getBytes(US_ASCII)));
    assertThat(digest.getDigestLength()).isEqualTo(32);
    assertThat(digest.getAlgorithm()).isEqualTo("SHA-256");
  }

  @Test
  void aHostWithoutTheLibraryHasTheJdks() {
    assertThat(CryptoLibrary.bind(List.of("libvmfactory-none.so.3"))).isFalse();
    assertThat(Sha256.ofJdk()).isNotInstanceOf(NativeSha256.class);
  }

  @Test
  void aHostWithTheLibraryUsesIt() {
    assumeTrue(CryptoLibrary.bind(List.of("libcrypto.so.3", "libcrypto.so.1.1")));
    assertThat(Sha256.start()).isInstanceOf(NativeSha256.class);
    byte[] digest = new NativeSha256().digest(new byte[1 << 20]);
    assertThat(Arrays.equals(digest, Sha256.ofJdk().digest(new byte[1 << 20]))).isTrue();
  }
}
