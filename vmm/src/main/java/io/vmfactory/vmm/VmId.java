package io.vmfactory.vmm;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Name of a VM: 32 lower-case hex digits, random.
 *
 * @param value the digits
 */
public record VmId(String value) {
  private static final SecureRandom RANDOM = new SecureRandom();

  public VmId {
    if (!value.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("not a VM id (32 lower-case hex digits): " + value);
    }
  }

  /** A new one. */
  public static VmId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new VmId(HexFormat.of().formatHex(bytes));
  }

  /** The first twelve digits: enough to tell VMs apart in a log line or a host name. */
  public String shortened() {
    return value.substring(0, 12);
  }

  @Override
  public String toString() {
    return value;
  }
}
