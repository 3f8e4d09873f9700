/** The {@code vmfactory} command: one class per command, the same word as the RPC. */
@NullMarked
package io.vmfactory.cli;

import org.jspecify.annotations.NullMarked;
