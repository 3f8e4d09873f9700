package io.vmfactory.factory.request;

import java.util.regex.Pattern;

/**
 * The name of a lease. Only the lease's user, root and the daemon's user may use it.
 *
 * @param value 1..64 letters, digits and hyphens; those this daemon makes have 32 hex digits
 */
public record LeaseId(String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9-]{1,64}");

  /**
   * @throws RequestException with reason {@code NOT_FOUND} if no lease can have that name
   */
  public LeaseId {
    if (!FORM.matcher(value).matches()) {
      throw Refusals.noSuchLease();
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
