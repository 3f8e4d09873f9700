/** Java library for runtime instances: a VM from the daemon, its lease kept, its agent at hand. */
@NullMarked
package io.vmfactory.client;

import org.jspecify.annotations.NullMarked;
