package io.vmfactory.cli;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.configs.ConfigException;

/** The exit codes. This is the only place that maps failures to exit codes. */
enum Exit {
  OK(0),
  FAILURE(1),
  /** The command line or the configuration is invalid, or the daemon rejected a value. */
  USAGE(2),
  NOT_RUNNING(3),
  /** The daemon refused for lack of resources. Trying again later may help. */
  EXHAUSTED(4);

  /**
   * The exit code of run and exec if vmfactory itself failed. All other codes are those of the
   * container's command.
   */
  static final int OF_OUR_OWN = 125;

  private static final int NOT_EXECUTABLE = 126;
  private static final int COMMAND_NOT_FOUND = 127;

  private static final int RPC_INVALID_ARGUMENT = 3;
  private static final int RPC_RESOURCE_EXHAUSTED = 8;
  private static final int RPC_UNAVAILABLE = 14;

  private final int code;

  Exit(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** Returns the exit code for a gRPC status code from the daemon. */
  static Exit ofRpc(int rpcCode) {
    return switch (rpcCode) {
      case RPC_INVALID_ARGUMENT -> USAGE;
      case RPC_RESOURCE_EXHAUSTED -> EXHAUSTED;
      case RPC_UNAVAILABLE -> NOT_RUNNING;
      default -> FAILURE;
    };
  }

  /** Returns the exit code for an exception that a command threw. */
  static Exit of(Exception failure) {
    if (failure instanceof CliException known) {
      return known.exit();
    }
    if (failure instanceof FactoryException refusal) {
      return ofClient(refusal.code());
    }
    if (failure instanceof SandboxException refusal) {
      return ofSandbox(refusal.reason());
    }
    return failure instanceof ConfigException ? USAGE : FAILURE;
  }

  /** Returns the exit code for an exception from run or exec. */
  static int beside(Exception failure) {
    if (failure instanceof SandboxException refusal) {
      return switch (refusal.reason()) {
        case COMMAND_NOT_FOUND -> COMMAND_NOT_FOUND;
        case NOT_EXECUTABLE -> NOT_EXECUTABLE;
        default -> OF_OUR_OWN;
      };
    }
    return OF_OUR_OWN;
  }

  private static Exit ofSandbox(SandboxException.Reason reason) {
    return switch (reason) {
      case INVALID -> USAGE;
      case NO_ROOM -> EXHAUSTED;
      default -> FAILURE;
    };
  }

  private static Exit ofClient(FactoryException.Code code) {
    return switch (code) {
      case INVALID -> USAGE;
      case NOT_RUNNING, UNAVAILABLE -> NOT_RUNNING;
      case EXHAUSTED -> EXHAUSTED;
      default -> FAILURE;
    };
  }
}
