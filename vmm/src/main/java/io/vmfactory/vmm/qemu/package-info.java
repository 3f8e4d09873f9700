/** QEMU as the VMM: command line, process, phases, and the checks of what this host allows. */
@NullMarked
package io.vmfactory.vmm.qemu;

import org.jspecify.annotations.NullMarked;
