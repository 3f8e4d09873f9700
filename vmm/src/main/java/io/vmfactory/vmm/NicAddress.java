package io.vmfactory.vmm;

import java.util.HexFormat;

/** The MAC addresses of a VM's NIC slots: locally administered, and each VM's own. */
public final class NicAddress {
  /** Length of what all slots of a VM have in common, in bytes. The last byte is the slot's. */
  public static final int PREFIX_BYTES = 5;

  private static final int KIND = 0x03;
  private static final int LOCAL = 0x02;

  private NicAddress() {}

  /**
   * Returns the first five bytes of the addresses of a VM. They come from its id, so 38 of their 40
   * bits are random.
   */
  public static byte[] prefix(VmId vm) {
    byte[] prefix = HexFormat.of().parseHex(vm.value(), 0, 2 * PREFIX_BYTES);
    prefix[0] = (byte) ((prefix[0] & ~KIND) | LOCAL);
    return prefix;
  }

  /** Returns the address of a slot, such as {@code 02:1a:ff:00:9c:00}. */
  public static String of(VmId vm, int slot) {
    return "%s:%02x".formatted(HexFormat.ofDelimiter(":").formatHex(prefix(vm)), slot);
  }
}
