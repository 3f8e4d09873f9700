/** The results of a bench run: records, their file formats, and what is shown of them. */
@NullMarked
package io.vmfactory.bench.report;

import org.jspecify.annotations.NullMarked;
