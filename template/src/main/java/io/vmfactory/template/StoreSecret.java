package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of a host that seals the manifests in its store: 32 random bytes in a file, mode 0600.
 * Without it, a program that can write into the store cannot make a template that is loaded.
 */
final class StoreSecret {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;
  private static final int ID_DIGITS = 16;

  private final SecretKeySpec key;
  private final String id;

  private StoreSecret(byte[] secret) {
    this.key = new SecretKeySpec(secret, ALGORITHM);
    this.id = seal("vmfactory store secret id").substring(0, ID_DIGITS);
  }

  /**
   * Reads the secret. Makes it if the file is missing; if several processes do so at once, all get
   * the same.
   *
   * @throws TemplateException if the file cannot be made, is damaged, or others may write it; the
   *     message names the remedy
   */
  static StoreSecret at(Path file) {
    try {
      return new StoreSecret(readOrMake(file));
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED, "cannot use the secret of the template store: " + ErrorText.of(e), e);
    }
  }

  private static byte[] readOrMake(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      byte[] fresh = new byte[BYTES];
      new SecureRandom().nextBytes(fresh);
      return OwnerOnly.publish(file, fresh) ? fresh : read(file);
    }
  }

  private static byte[] read(Path file) throws IOException {
    byte[] secret = OwnFile.read(file, BYTES);
    if (secret.length != BYTES) {
      throw new IOException(
          "%s has %d bytes instead of %d; remove it, then build the templates again"
              .formatted(file, secret.length, BYTES));
    }
    return secret;
  }

  /** Returns a name of this secret that does not reveal it. */
  String id() {
    return id;
  }

  /** Returns the HMAC-SHA256 of {@code text}, 64 hex digits. */
  String seal(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK lacks " + ALGORITHM, e);
    }
  }

  /** Returns whether {@code seal} is that of {@code text}. Takes the same time for any seal. */
  boolean isSealOf(String seal, String text) {
    return MessageDigest.isEqual(
        seal.getBytes(StandardCharsets.UTF_8), seal(text).getBytes(StandardCharsets.UTF_8));
  }
}
