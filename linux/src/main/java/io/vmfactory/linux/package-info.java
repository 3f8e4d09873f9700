/**
 * What Linux offers and Java does not: memfd, posix_spawn, pidfd, locks on paths, network
 * namespaces, taps, extended attributes, holes in files. Knows no VM. JNA stops here.
 */
@NullMarked
package io.vmfactory.linux;

import org.jspecify.annotations.NullMarked;
