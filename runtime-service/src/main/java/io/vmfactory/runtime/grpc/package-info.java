/** The edge of the runtime service: vmfactory.runtime.v1 over gRPC. */
@NullMarked
package io.vmfactory.runtime.grpc;

import org.jspecify.annotations.NullMarked;
