/**
 * The daemon's gRPC service: binds each call to a verb and converts its messages. Only {@code
 * grpc}, {@code http} and {@code calls} know protobuf.
 */
@NullMarked
package io.vmfactory.factory.grpc;

import org.jspecify.annotations.NullMarked;
