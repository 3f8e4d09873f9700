/** Commands that are timed as their callers see them. */
@NullMarked
package io.vmfactory.bench.commands;

import org.jspecify.annotations.NullMarked;
