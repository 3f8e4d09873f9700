/**
 * A generic warm pool: things that are slow to make are made ahead of demand, claimed once, and
 * never come back after use. Has never heard of a VM.
 *
 * <p>Pools compose: the allocator of one may claim from another and go on from there when it is
 * served. No pool holds a lock or a thread meanwhile. An allocator that also needs a permit shared
 * with the other pool's allocator asks for it after that claim, not before.
 */
@NullMarked
package io.vmfactory.pool;

import org.jspecify.annotations.NullMarked;
