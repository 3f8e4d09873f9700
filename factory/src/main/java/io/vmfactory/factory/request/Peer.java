package io.vmfactory.factory.request;

import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.UserIds;
import org.jspecify.annotations.Nullable;

/**
 * The client of a connection, as the kernel identifies it.
 *
 * @param user the user it runs as
 * @param standing what it may do beside what every client may
 */
public record Peer(UserIds user, Standing standing) {
  /** What a client may do. Each standing includes those before it. */
  public enum Standing {
    /** It may have VMs, and sees and uses its own. */
    CLIENT,
    /** It may also change templates, pools and the daemon itself. */
    ADMINISTRATOR,
    /** It is root or the daemon's own user, and may do what the daemon may, with every VM. */
    TRUSTED
  }

  /** Returns the daemon's own user. */
  public static Peer daemon() {
    return new Peer(UserIds.ofThisProcess(), Standing.TRUSTED);
  }

  /** Returns whether it is root or the daemon's own user. */
  public boolean isTrusted() {
    return standing == Standing.TRUSTED;
  }

  /** Returns whether it may see and use what belongs to that user. */
  public boolean mayUse(long owner) {
    return isTrusted() || user.uid() == owner;
  }

  /**
   * Returns whether it may see something that is about a VM.
   *
   * @param owner the user that the VM belongs to; null = no client has the VM
   * @param vmId empty = it is about no VM, so every client may see it
   */
  public boolean maySee(@Nullable Long owner, String vmId) {
    return owner != null ? mayUse(owner) : vmId.isEmpty() || standing != Standing.CLIENT;
  }

  /** Returns with whose rights files are opened for it. */
  public FileRights fileRights() {
    return isTrusted() ? FileRights.OWN : FileRights.of(user);
  }

  /**
   * Refuses a client that is no administrator.
   *
   * @param what the call
   */
  public void requireAdministrator(String what) {
    if (standing == Standing.CLIENT) {
      throw Refusals.forbidden(
          what
              + " is for administrators, and "
              + user
              + " is none: ask root, or a member of [daemon] admin_group");
    }
  }

  /**
   * Refuses a client that is neither root nor the daemon's own user.
   *
   * @param what the call
   */
  public void requireTrusted(String what) {
    if (!isTrusted()) {
      throw Refusals.forbidden(
          "%s is for root and the daemon's own user, and this is %s".formatted(what, user));
    }
  }
}
