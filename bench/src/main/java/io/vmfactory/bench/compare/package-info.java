/** Whether one version is slower than another, by their reports: {@code bench compare}. */
@NullMarked
package io.vmfactory.bench.compare;

import org.jspecify.annotations.NullMarked;
