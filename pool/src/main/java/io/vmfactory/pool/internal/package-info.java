/** How the pool works inside: slots, actions and effects, sizing. Nothing here is API. */
@NullMarked
package io.vmfactory.pool.internal;

import org.jspecify.annotations.NullMarked;
