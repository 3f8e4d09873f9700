package io.vmfactory.vmm.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.Set;

/** Turns the kernel's refusals into this room's exception. */
final class Errno {
  /** EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC: the host has no more of something. */
  private static final Set<Integer> SHORTAGES = Set.of(11, 12, 23, 24, 28);

  private Errno() {}

  static VmmException failure(String what, LastErrorException e) {
    return failure(what, e.getErrorCode());
  }

  static VmmException failure(String what, int errno) {
    Reason reason = SHORTAGES.contains(errno) ? Reason.RESOURCES : Reason.FAILED;
    return new VmmException(reason, "%s: %s".formatted(what, describe(errno)));
  }

  private static String describe(int errno) {
    String text =
        switch (errno) {
          case 1 -> "not permitted";
          case 2 -> "no such file";
          case 11 -> "too many processes or threads (see ulimit -u)";
          case 12 -> "out of memory";
          case 13 -> "permission denied";
          case 22 -> "invalid argument";
          case 23, 24 -> "too many open files (see ulimit -n)";
          case 28 -> "no space left";
          case 98 -> "address already in use";
          default -> "refused by the kernel";
        };
    return text + " (errno " + errno + ")";
  }
}
