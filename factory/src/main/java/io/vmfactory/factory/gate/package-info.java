/**
 * Turns: the limit on VMs that are restored or booted at the same time, and the order in which they
 * go.
 */
@NullMarked
package io.vmfactory.factory.gate;

import org.jspecify.annotations.NullMarked;
