/** The runtime service as a process: from taking its lock to removing its socket. */
@NullMarked
package io.vmfactory.runtime;

import org.jspecify.annotations.NullMarked;
