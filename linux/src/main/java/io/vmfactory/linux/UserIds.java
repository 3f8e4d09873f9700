package io.vmfactory.linux;

import io.vmfactory.configs.host.OwnUser;
import java.util.Set;

/**
 * A user and its groups, by number.
 *
 * @param uid the user's id, 0..4294967295
 * @param groups the ids of all its groups, the main group among them
 */
public record UserIds(long uid, Set<Long> groups) {
  public UserIds {
    groups = Set.copyOf(groups);
  }

  /** Returns the user of this process, with its main group. */
  public static UserIds ofThisProcess() {
    return new UserIds(
        Integer.toUnsignedLong(OwnUser.uid()), Set.of(Integer.toUnsignedLong(OwnUser.gid())));
  }

  /** Returns whether the user is root. */
  public boolean isRoot() {
    return uid == 0;
  }

  @Override
  public String toString() {
    return "uid " + uid;
  }
}
