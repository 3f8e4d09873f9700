/** Talks to the agent inside a guest: ttRPC, Kata's agent protocol, vmfactory's own additions. */
@NullMarked
package io.vmfactory.guest;

import org.jspecify.annotations.NullMarked;
