package io.vmfactory.factory.lease;

import java.security.SecureRandom;
import java.util.HexFormat;

/** The host's random number generator. */
final class Randoms {
  private static final SecureRandom HOST = new SecureRandom();

  private Randoms() {}

  /** Returns 32 fresh lower-case hex digits. */
  static String hex() {
    byte[] bytes = new byte[16];
    HOST.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
