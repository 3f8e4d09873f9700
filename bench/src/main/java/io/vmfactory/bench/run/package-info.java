/** Runs cases: the command line, the display, the isolation of cases from each other. */
@NullMarked
package io.vmfactory.bench.run;

import org.jspecify.annotations.NullMarked;
