package io.vmfactory.factory.request;

import java.util.regex.Pattern;

/**
 * The name of a drive within its VM.
 *
 * @param value 1..64 letters, digits and hyphens
 */
public record DriveId(String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /**
   * @throws RequestException with reason {@code NOT_FOUND} if no drive can have that name
   */
  public DriveId {
    if (!FORM.matcher(value).matches()) {
      throw Refusals.notFound("the VM has no drive \"" + value + "\"");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
