/** What happens in the daemon and what went wrong lately, for everyone who listens. */
@NullMarked
package io.vmfactory.factory.events;

import org.jspecify.annotations.NullMarked;
