/** Kata's agent protocol over ttRPC on a UNIX socket. No other package sees its protobuf. */
@NullMarked
package io.vmfactory.guest.ttrpc;

import org.jspecify.annotations.NullMarked;
