/** Scripted hypervisor for tests of rooms that use one. */
@NullMarked
package io.vmfactory.vmm.fake;

import org.jspecify.annotations.NullMarked;
