/**
 * VMs for sandboxes: leased from the daemon or booted directly, behind one interface. Not part of
 * the public API.
 */
@NullMarked
package io.vmfactory.client.machine;

import org.jspecify.annotations.NullMarked;
