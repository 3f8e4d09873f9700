package io.vmfactory.guest;

import io.vmfactory.configs.time.WallClock;
import io.vmfactory.vmm.VmId;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The values that make a clone a guest of its own. The boot id is not among them: the guest's
 * kernel makes it after it has got the entropy.
 *
 * @param entropy 512 bytes of the host's random number generator, used once
 * @param clock the host's clock, read at the moment of sending
 * @param hostname as {@link HostName} says
 * @param machineId 32 lower-case hex digits, machine-id(5)
 * @param vm the VM: its id is the guest's generation, and the addresses of its NICs come from it
 */
public record Uniqueness(
    byte[] entropy, WallClock clock, String hostname, String machineId, VmId vm) {
  /** How much entropy a guest gets, in bytes. */
  public static final int ENTROPY_BYTES = 512;

  private static final SecureRandom RANDOM = new SecureRandom();

  public Uniqueness {
    HostName.require(hostname);
  }

  /** Returns new entropy and new ids from the host's random number generator (/dev/urandom). */
  public static Uniqueness fresh(WallClock clock, String hostname, VmId vm) {
    String machineId = HexFormat.of().formatHex(randomBytes(16));
    return new Uniqueness(randomBytes(ENTROPY_BYTES), clock, hostname, machineId, vm);
  }

  private static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
