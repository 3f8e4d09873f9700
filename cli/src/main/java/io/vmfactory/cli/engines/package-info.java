/** The configuration files of the host's container engines, and what vmfactory needs in them. */
@NullMarked
package io.vmfactory.cli.engines;

import org.jspecify.annotations.NullMarked;
