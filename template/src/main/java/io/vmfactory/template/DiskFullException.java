package io.vmfactory.template;

import java.io.IOException;

/** Reports that the file system of the store has no room for a file. */
final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  DiskFullException(String message, IOException cause) {
    super(message, cause);
  }
}
