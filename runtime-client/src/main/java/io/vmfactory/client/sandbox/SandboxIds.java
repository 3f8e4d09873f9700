package io.vmfactory.client.sandbox;

import io.vmfactory.client.sandbox.SandboxException.Reason;
import java.util.regex.Pattern;

/** Checks the ids of sandboxes and containers. Ids become file names. */
final class SandboxIds {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,126}");

  private SandboxIds() {}

  /** Returns {@code id} if it is valid. */
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
