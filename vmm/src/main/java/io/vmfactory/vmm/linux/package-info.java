/** What Linux offers and Java does not: memfd, posix_spawn, pidfd, inherited sockets. */
@NullMarked
package io.vmfactory.vmm.linux;

import org.jspecify.annotations.NullMarked;
