package io.vmfactory.linux;

import org.jspecify.annotations.Nullable;

/**
 * With whose rights a path is followed and a file is used.
 *
 * @param user whose rights count; null = those of this process
 */
public record FileRights(@Nullable UserIds user) {
  /** The rights of this process. */
  public static final FileRights OWN = new FileRights(null);

  /**
   * Returns the rights of a client of this process. This process looks at the modes and access
   * control lists of all folders on the way, and of the file, as the kernel does for the client.
   */
  public static FileRights of(UserIds client) {
    return new FileRights(client);
  }
}
