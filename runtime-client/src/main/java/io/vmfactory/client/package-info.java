/** The Java client of the daemon: gets VMs, renews their leases and connects to their agents. */
@NullMarked
package io.vmfactory.client;

import org.jspecify.annotations.NullMarked;
