/** Runs cases: the command line, the screen, what a case may not do to the others. */
@NullMarked
package io.vmfactory.bench.run;

import org.jspecify.annotations.NullMarked;
