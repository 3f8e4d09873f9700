/** Compares the reports of two versions and finds what became slower: {@code bench compare}. */
@NullMarked
package io.vmfactory.bench.compare;

import org.jspecify.annotations.NullMarked;
