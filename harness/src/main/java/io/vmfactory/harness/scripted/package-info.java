/** The daemon over scripted rooms: real threads, a real socket, VMs without processes. */
@NullMarked
package io.vmfactory.harness.scripted;

import org.jspecify.annotations.NullMarked;
