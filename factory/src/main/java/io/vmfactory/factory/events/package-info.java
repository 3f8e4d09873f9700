/** The events and the recent failures of the daemon. */
@NullMarked
package io.vmfactory.factory.events;

import org.jspecify.annotations.NullMarked;
