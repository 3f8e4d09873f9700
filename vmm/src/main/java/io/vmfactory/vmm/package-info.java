/** One VMM process as one object. Knows no template, no pool, no lease. */
@NullMarked
package io.vmfactory.vmm;

import org.jspecify.annotations.NullMarked;
