/** The daemon as a process: wiring, start, stop. */
@NullMarked
package io.vmfactory.factory.boot;

import org.jspecify.annotations.NullMarked;
