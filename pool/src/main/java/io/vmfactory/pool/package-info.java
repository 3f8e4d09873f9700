/**
 * A generic warm pool: values that are slow to make are made ahead of demand, claimed once, and
 * never come back after use. The pool knows nothing about VMs.
 *
 * <p>Pools compose: the allocator of one pool may claim a value from another pool and continue when
 * it gets one. Neither pool holds a lock or a thread meanwhile. An allocator that also needs a
 * permit shared with the other pool's allocator asks for the permit after that claim, not before.
 */
@NullMarked
package io.vmfactory.pool;

import org.jspecify.annotations.NullMarked;
