package io.vmfactory.factory.app;

import java.security.SecureRandom;
import java.util.HexFormat;

/** The host's random number generator. */
final class Randoms {
  private static final SecureRandom HOST = new SecureRandom();

  private Randoms() {}

  /** {@code count} fresh bytes. */
  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    HOST.nextBytes(bytes);
    return bytes;
  }

  /** 32 fresh lower-case hex digits. */
  static String hex() {
    return HexFormat.of().formatHex(bytes(16));
  }
}
