/** QEMU's machine protocol: typed commands and events; its JSON stops here. */
@NullMarked
package io.vmfactory.vmm.qmp;

import org.jspecify.annotations.NullMarked;
