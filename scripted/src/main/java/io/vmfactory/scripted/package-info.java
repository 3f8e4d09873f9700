/** Scripted templates and agents for the VMs of a scripted hypervisor. */
@NullMarked
package io.vmfactory.scripted;

import org.jspecify.annotations.NullMarked;
