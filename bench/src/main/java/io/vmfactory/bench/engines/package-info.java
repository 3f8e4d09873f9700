/** Container engines of this host, in folders of a run's own: the runtime service and the floor. */
@NullMarked
package io.vmfactory.bench.engines;

import org.jspecify.annotations.NullMarked;
