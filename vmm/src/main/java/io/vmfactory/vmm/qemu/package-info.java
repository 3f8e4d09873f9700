/** QEMU as the VMM: its command line, its process, its phases, what this host lets it do. */
@NullMarked
package io.vmfactory.vmm.qemu;

import org.jspecify.annotations.NullMarked;
