package io.vmfactory.factory.request;

import java.nio.file.attribute.UserPrincipal;

/**
 * Who asks, by what the kernel says of the other end of the connection.
 *
 * @param user the user it runs as
 * @param trusted root, or the daemon's own user: may do what the daemon may
 */
public record Peer(UserPrincipal user, boolean trusted) {}
