/** The metrics of the daemon, in Prometheus's formats. */
@NullMarked
package io.vmfactory.factory.metrics;

import org.jspecify.annotations.NullMarked;
