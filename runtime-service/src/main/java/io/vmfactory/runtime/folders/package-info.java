/** Small folders of this host that containers read: copied into their VM, and kept up to date. */
@NullMarked
package io.vmfactory.runtime.folders;

import org.jspecify.annotations.NullMarked;
