/** QEMU's machine protocol (QMP) as typed commands and events. No other package sees its JSON. */
@NullMarked
package io.vmfactory.vmm.qmp;

import org.jspecify.annotations.NullMarked;
