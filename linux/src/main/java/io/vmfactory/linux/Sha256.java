package io.vmfactory.linux;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256, by libcrypto if the host has it, otherwise by the JDK. A daemon has the JVM's first
 * compiler only, and with that the JDK's takes ten times as long (docs/adr/0064).
 */
public final class Sha256 {
  private Sha256() {}

  /** Returns a fresh digest. It is not thread-safe. */
  public static MessageDigest start() {
    return CryptoLibrary.PRESENT ? new NativeSha256() : ofJdk();
  }

  static MessageDigest ofJdk() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }

  /**
   * Returns the result of {@code digest}, which can then be used again, as lower-case hex digits.
   */
  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns the SHA-256 of {@code bytes} as 64 lower-case hex digits. */
  public static String hex(byte[] bytes) {
    MessageDigest digest = start();
    digest.update(bytes);
    return hex(digest);
  }
}
