/** What java.nio.file cannot do: flock(2), other processes' locks, extended attributes, holes. */
@NullMarked
package io.vmfactory.images.linux;

import org.jspecify.annotations.NullMarked;
