/** One VMM process as one object. Knows neither templates nor pools nor leases. */
@NullMarked
package io.vmfactory.vmm;

import org.jspecify.annotations.NullMarked;
