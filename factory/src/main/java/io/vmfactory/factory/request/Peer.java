package io.vmfactory.factory.request;

import java.nio.file.attribute.UserPrincipal;

/**
 * The client of a connection, as the kernel identifies it.
 *
 * @param user the user it runs as
 * @param trusted whether it is root or the daemon's own user, and may do what the daemon may
 */
public record Peer(UserPrincipal user, boolean trusted) {}
