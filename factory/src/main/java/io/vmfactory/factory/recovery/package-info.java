/** How a starting daemon handles the VMs that earlier daemons left. */
@NullMarked
package io.vmfactory.factory.recovery;

import org.jspecify.annotations.NullMarked;
