/** Arrival traces replayed against the pool's own code, with VMs that only take time and memory. */
@NullMarked
package io.vmfactory.bench.simulate;

import org.jspecify.annotations.NullMarked;
