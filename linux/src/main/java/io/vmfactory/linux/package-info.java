/**
 * Functions of Linux that Java does not offer: memfd, posix_spawn, pidfd, locks on paths, network
 * namespaces, taps, extended attributes, holes in files. Knows no VM. Only this room uses JNA.
 */
@NullMarked
package io.vmfactory.linux;

import org.jspecify.annotations.NullMarked;
