/** The edge of the runtime service for programs in C: vmfactory.runtime.v1 over ttRPC. */
@NullMarked
package io.vmfactory.runtime.ttrpc;

import org.jspecify.annotations.NullMarked;
