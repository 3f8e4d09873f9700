/**
 * Turns: the limit on VMs that are restored or booted at the same time, and the order in which they
 * go.
 */
@NullMarked
package io.vmfactory.factory.turns;

import org.jspecify.annotations.NullMarked;
