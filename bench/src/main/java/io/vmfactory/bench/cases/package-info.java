/** The cases of the bench, and what they share. */
@NullMarked
package io.vmfactory.bench.cases;

import org.jspecify.annotations.NullMarked;
