package io.vmfactory.cli;

import io.vmfactory.client.FactoryException;
import io.vmfactory.configs.ConfigException;

/** What the exit code says. The one place where failures become codes. */
enum Exit {
  OK(0),
  FAILURE(1),
  /** The command line or the configuration cannot be used, or the daemon says so of a value. */
  USAGE(2),
  NOT_RUNNING(3),
  /** Refused for lack of resources; asking again later may help. */
  EXHAUSTED(4);

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

  /** For a refusal by the daemon, by the number of its gRPC code. */
  static Exit ofRpc(int rpcCode) {
    return switch (rpcCode) {
      case RPC_INVALID_ARGUMENT -> USAGE;
      case RPC_RESOURCE_EXHAUSTED -> EXHAUSTED;
      case RPC_UNAVAILABLE -> NOT_RUNNING;
      default -> FAILURE;
    };
  }

  /** For whatever a command threw. */
  static Exit of(Exception failure) {
    if (failure instanceof CliException known) {
      return known.exit();
    }
    if (failure instanceof FactoryException refusal) {
      return ofClient(refusal.code());
    }
    return failure instanceof ConfigException ? USAGE : FAILURE;
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
