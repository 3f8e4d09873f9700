/**
 * A generic warm pool: things that are slow to make are made ahead of demand, claimed once, and
 * never come back after use. Has never heard of a VM.
 */
@NullMarked
package io.vmfactory.pool;

import org.jspecify.annotations.NullMarked;
