/** The daemon's skin: gRPC and JSON over its UNIX socket. The only package that knows protobuf. */
@NullMarked
package io.vmfactory.factory.grpc;

import org.jspecify.annotations.NullMarked;
