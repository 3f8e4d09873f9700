/**
 * Simulations of the pool: traces of arrivals replayed against its own code, with VMs that only
 * take time and memory.
 */
@NullMarked
package io.vmfactory.bench.simulate;

import org.jspecify.annotations.NullMarked;
