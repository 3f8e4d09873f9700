/** A scripted hypervisor: VMs without a process, which fail, hang or exit as a test demands. */
@NullMarked
package io.vmfactory.scripted.vmm;

import org.jspecify.annotations.NullMarked;
