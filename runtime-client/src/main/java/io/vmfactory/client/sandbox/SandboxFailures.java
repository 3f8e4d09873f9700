package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.guest.GuestException;
import io.vmfactory.vmm.VmmException;
import java.util.function.Supplier;

/**
 * Translates failures of guests, the daemon and directly booted VMs into {@link SandboxException}.
 */
final class SandboxFailures {
  private SandboxFailures() {}

  /** Translates a failure of the guest, except that of a command. */
  static SandboxException of(GuestException e) {
    return translated(reason(e.code()), e);
  }

  private static SandboxException translated(Reason reason, RuntimeException e) {
    return new SandboxException(reason, ErrorText.of(e), e);
  }

  private static Reason reason(int code) {
    return switch (code) {
      case GuestException.NOT_FOUND -> Reason.NOT_FOUND;
      case GuestException.ALREADY_EXISTS -> Reason.ALREADY_EXISTS;
      case GuestException.INVALID_ARGUMENT -> Reason.INVALID;
      case GuestException.PERMISSION_DENIED -> Reason.FORBIDDEN;
      case GuestException.FAILED_PRECONDITION -> Reason.WRONG_STATE;
      case GuestException.RESOURCE_EXHAUSTED -> Reason.NO_ROOM;
      case GuestException.UNAVAILABLE -> Reason.LOST;
      case GuestException.UNIMPLEMENTED -> Reason.UNSUPPORTED;
      default -> Reason.FAILED;
    };
  }

  /** Translates a failure of the guest to run a command. */
  static SandboxException ofCommand(GuestException e) {
    return switch (e.code()) {
      case GuestException.NOT_FOUND -> translated(Reason.COMMAND_NOT_FOUND, e);
      case GuestException.PERMISSION_DENIED -> translated(Reason.NOT_EXECUTABLE, e);
      default -> of(e);
    };
  }

  /** Translates a failure with a drive or NIC, from the daemon or the VMM. */
  static RuntimeException ofDevice(RuntimeException e) {
    if (e instanceof FactoryException factory) {
      return switch (factory.code()) {
        case INVALID -> translated(Reason.INVALID, e);
        case FORBIDDEN -> translated(Reason.FORBIDDEN, e);
        case NOT_POSSIBLE -> translated(Reason.IN_USE, e);
        case EXHAUSTED -> translated(Reason.NO_ROOM, e);
        case NOT_FOUND -> translated(Reason.LOST, e);
        case ALREADY_EXISTS -> translated(Reason.ALREADY_EXISTS, e);
        default -> e;
      };
    }
    return e instanceof VmmException vmm ? of(vmm) : e;
  }

  /** Translates a failure of the daemon to take a snapshot of a VM. */
  static RuntimeException ofSnapshot(FactoryException e) {
    return switch (e.code()) {
      case INVALID -> translated(Reason.INVALID, e);
      case NOT_POSSIBLE -> translated(Reason.UNSUPPORTED, e);
      case EXHAUSTED -> translated(Reason.NO_ROOM, e);
      case NOT_FOUND -> translated(Reason.LOST, e);
      default -> e;
    };
  }

  /** Translates a failure to give a VM another size, of the daemon, the VMM or the guest. */
  static RuntimeException ofGrowth(RuntimeException e) {
    if (e instanceof FactoryException factory) {
      return ofSnapshot(factory);
    }
    if (e instanceof GuestException guest) {
      return of(guest);
    }
    return e instanceof VmmException vmm ? of(vmm) : e;
  }

  private static SandboxException of(VmmException e) {
    Reason reason =
        switch (e.reason()) {
          case INVALID -> Reason.INVALID;
          case FORBIDDEN -> Reason.FORBIDDEN;
          case BUSY -> Reason.IN_USE;
          case RESOURCES -> Reason.NO_ROOM;
          case EXISTS -> Reason.ALREADY_EXISTS;
          case DIED -> Reason.LOST;
          case ILLEGAL_PHASE -> Reason.UNSUPPORTED;
          case UNUSABLE, UNAVAILABLE, FAILED -> Reason.FAILED;
        };
    return translated(reason, e);
  }

  /** Runs a call to the guest and translates its failure. */
  static <T> T in(Supplier<T> guest) {
    try {
      return guest.get();
    } catch (GuestException e) {
      throw of(e);
    }
  }

  /** Runs a call to the guest and translates its failure. */
  static void run(Runnable guest) {
    in(
        () -> {
          guest.run();
          return true;
        });
  }
}
