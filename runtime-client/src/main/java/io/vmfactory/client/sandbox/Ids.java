package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import java.util.regex.Pattern;

/** What sandboxes and containers may be called. They become names of files. */
final class Ids {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,126}");

  private Ids() {}

  /** {@code id}, when it is one. */
  static String require(String id) {
    if (!FORM.matcher(id).matches()) {
      throw new SandboxException(
          Reason.INVALID,
          "not an id (1..127 letters, digits, '_', '.' and '-', the first a letter or digit): "
              + id);
    }
    return id;
  }
}
