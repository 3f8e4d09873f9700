/** The edge of the runtime service for command lines that it runs for clients without a JVM. */
@NullMarked
package io.vmfactory.runtime.commands;

import org.jspecify.annotations.NullMarked;
