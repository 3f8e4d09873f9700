package io.vmfactory.factory.request;

import io.vmfactory.factory.request.Peer.Standing;
import io.vmfactory.linux.UserIds;
import java.util.Set;

/** Clients for tests. */
public final class TestPeers {
  /** The user and group that have nothing. */
  public static final long NOBODY = 65534;

  private TestPeers() {}

  public static Peer root() {
    return new Peer(new UserIds(0, Set.of(0L)), Standing.TRUSTED);
  }

  public static Peer nobody() {
    return client(NOBODY);
  }

  public static Peer client(long uid) {
    return new Peer(new UserIds(uid, Set.of(uid)), Standing.CLIENT);
  }

  public static Peer administrator(long uid) {
    return new Peer(new UserIds(uid, Set.of(uid)), Standing.ADMINISTRATOR);
  }
}
