/** The daemon over scripted rooms: real threads, a real socket, VMs that cost nothing. */
@NullMarked
package io.vmfactory.harness.scripted;

import org.jspecify.annotations.NullMarked;
