/** Kata's agent protocol over ttRPC on a UNIX socket. Protobuf and Vert.x stop here. */
@NullMarked
package io.vmfactory.guest.ttrpc;

import org.jspecify.annotations.NullMarked;
