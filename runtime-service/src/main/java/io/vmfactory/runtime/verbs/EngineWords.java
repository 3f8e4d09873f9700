package io.vmfactory.runtime.verbs;

import io.vmfactory.client.sandbox.SandboxException;

/** Words failures as engines expect them: they choose the exit codes 126 and 127 by the text. */
final class EngineWords {
  private EngineWords() {}

  /** Returns the failure with the words that other runtimes use. */
  static SandboxException of(SandboxException failure) {
    String words =
        switch (failure.reason()) {
          case COMMAND_NOT_FOUND -> "executable file not found in $PATH: ";
          case NOT_EXECUTABLE -> "permission denied: ";
          default -> "";
        };
    return new SandboxException(failure.reason(), words + failure.getMessage(), failure);
  }
}
