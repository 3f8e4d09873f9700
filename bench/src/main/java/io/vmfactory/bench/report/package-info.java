/** What a run of the bench has found: records, their file formats, and what is shown of them. */
@NullMarked
package io.vmfactory.bench.report;

import org.jspecify.annotations.NullMarked;
