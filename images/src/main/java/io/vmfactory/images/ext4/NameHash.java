package io.vmfactory.images.ext4;

/** The hash by which a directory finds a name: "half MD4" over unsigned bytes. */
final class NameHash {
  /** The number of this hash in the superblock and in directories. */
  static final int VERSION = 1;

  private static final int CHUNK = 32;
  private static final int K2 = 0x5A827999;
  private static final int K3 = 0x6ED9EBA1;

  private final int[] state = new int[4];
  private final int[] seed = new int[4];
  private final int[] words = new int[8];

  NameHash() {
    Layout.buffer(Layout.uuid()).asIntBuffer().get(seed);
  }

  /** Returns the hash of a name; the lowest bit is 0. */
  int of(String name) {
    System.arraycopy(seed, 0, state, 0, seed.length);
    for (int start = 0; start < name.length(); start += CHUNK) {
      pack(name, start);
      transform();
    }
    int hash = state[1] & ~1;
    return hash == 0xFFFFFFFE ? 0xFFFFFFFC : hash;
  }

  /** Fills the words with the next 32 bytes, and what is missing with the length. */
  private void pack(String name, int start) {
    int left = name.length() - start;
    int pad = left | left << 8;
    pad |= pad << 16;
    int end = start + Math.min(left, CHUNK);
    int at = start;
    for (int i = 0; i < words.length; i++) {
      int word = pad;
      for (int n = 0; n < 4 && at < end; n++) {
        word = name.charAt(at++) + (word << 8);
      }
      words[i] = word;
    }
  }

  private void transform() {
    int a = state[0];
    int b = state[1];
    int c = state[2];
    int d = state[3];
    for (int i = 0; i < 8; i += 4) {
      a = round(a, f(b, c, d), words[i], 3);
      d = round(d, f(a, b, c), words[i + 1], 7);
      c = round(c, f(d, a, b), words[i + 2], 11);
      b = round(b, f(c, d, a), words[i + 3], 19);
    }
    for (int i = 1; i >= 0; i--) {
      a = round(a, g(b, c, d), words[i] + K2, 3);
      d = round(d, g(a, b, c), words[i + 2] + K2, 5);
      c = round(c, g(d, a, b), words[i + 4] + K2, 9);
      b = round(b, g(c, d, a), words[i + 6] + K2, 13);
    }
    for (int i = 3; i >= 1; i -= 2) {
      a = round(a, b ^ c ^ d, words[i] + K3, 3);
      d = round(d, a ^ b ^ c, words[i + 4] + K3, 9);
      c = round(c, d ^ a ^ b, words[i - 1] + K3, 11);
      b = round(b, c ^ d ^ a, words[i + 3] + K3, 15);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }

  private static int round(int value, int mixed, int word, int shift) {
    return Integer.rotateLeft(value + mixed + word, shift);
  }

  private static int f(int x, int y, int z) {
    return z ^ (x & (y ^ z));
  }

  private static int g(int x, int y, int z) {
    return (x & y) + ((x ^ y) & z);
  }
}
