package io.vmfactory.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/** Gives the calling thread CAP_NET_ADMIN so that exec passes it on, as a service manager does. */
final class AmbientRights {
  private static final long SYS_CAPGET = 125;
  private static final long SYS_CAPSET = 126;
  private static final int VERSION_3 = 0x20080522;
  private static final int CAP_NET_ADMIN = 12;
  private static final int PR_CAP_AMBIENT_RAISE = 2;

  /** A thread's effective, permitted and inheritable sets, 32 capabilities in each word. */
  private static final int INHERITABLE_AT = 8;

  private AmbientRights() {}

  static void raise() {
    try (Memory header = new Memory(8);
        Memory sets = new Memory(24)) {
      header.setInt(0, VERSION_3);
      header.setInt(4, 0);
      call(SYS_CAPGET, header, sets);
      sets.setInt(INHERITABLE_AT, sets.getInt(INHERITABLE_AT) | 1 << CAP_NET_ADMIN);
      call(SYS_CAPSET, header, sets);
    }
    LibC.prctl(LibC.PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0);
  }

  private static void call(long number, Memory header, Memory sets) {
    LibC.syscall(number, Pointer.nativeValue(header), Pointer.nativeValue(sets), 0, 0);
  }
}
