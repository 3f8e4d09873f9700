/** The {@code vmfactory} command. Each command has one class and is named like its RPC. */
@NullMarked
package io.vmfactory.cli;

import org.jspecify.annotations.NullMarked;
