/**
 * The implementation of the pool: slots, actions and effects, sizing. Nothing here is public API.
 */
@NullMarked
package io.vmfactory.pool.internal;

import org.jspecify.annotations.NullMarked;
