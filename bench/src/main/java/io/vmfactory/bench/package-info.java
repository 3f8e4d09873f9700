/** The benchmarks: named cases, measured on real VMs, each beside its floor. */
@NullMarked
package io.vmfactory.bench;

import org.jspecify.annotations.NullMarked;
