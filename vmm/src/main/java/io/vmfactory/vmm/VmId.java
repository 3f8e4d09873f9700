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
    if (!isOne(value)) {
      throw new IllegalArgumentException("not a VM id (32 lower-case hex digits): " + value);
    }
  }

  /** Returns whether {@code text} is a VM's id. */
  public static boolean isOne(String text) {
    return text.matches("[0-9a-f]{32}");
  }

  /** Returns a new random id. */
  public static VmId random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new VmId(HexFormat.of().formatHex(bytes));
  }

  /** Returns the first twelve digits: enough to tell VMs apart in a log line or a host name. */
  public String shortened() {
    return value.substring(0, 12);
  }

  /**
   * Returns the VM's name in QEMU's {@code -name} argument. It finds the process when the pid is
   * unknown.
   */
  public String processName() {
    return "vmfactory-" + value;
  }

  @Override
  public String toString() {
    return value;
  }
}
