/** A report as one HTML page with plots: {@code bench plot}. */
@NullMarked
package io.vmfactory.bench.plot;

import org.jspecify.annotations.NullMarked;
