/** The floors: the same work with raw QEMU and no daemon. */
@NullMarked
package io.vmfactory.bench.floor;

import org.jspecify.annotations.NullMarked;
