/**
 * The interface through which the daemon reports what it does, for counting. Below all other
 * packages of this room.
 */
@NullMarked
package io.vmfactory.factory.observe;

import org.jspecify.annotations.NullMarked;
