/** Control groups of VMs: what one VM may take of the host's memory, processes and CPU time. */
@NullMarked
package io.vmfactory.vmm.groups;

import org.jspecify.annotations.NullMarked;
