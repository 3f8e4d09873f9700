/** Containers that outlive the process that asked for them, and the service that keeps them. */
@NullMarked
package io.vmfactory.runtime.containers;

import org.jspecify.annotations.NullMarked;
