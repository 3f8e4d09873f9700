/** What SPECIFICATION.md promises in figures, and which case proves it. */
@NullMarked
package io.vmfactory.bench.spec;

import org.jspecify.annotations.NullMarked;
