/** The promises of SPECIFICATION.md in figures, and the case that proves each. */
@NullMarked
package io.vmfactory.bench.spec;

import org.jspecify.annotations.NullMarked;
