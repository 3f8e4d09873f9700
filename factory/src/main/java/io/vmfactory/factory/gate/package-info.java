/** Turns: how many VMs may be restored or booted at once, and who goes first. */
@NullMarked
package io.vmfactory.factory.gate;

import org.jspecify.annotations.NullMarked;
