/** A daemon of the bench's own: its folders, its process, the VMs it runs. */
@NullMarked
package io.vmfactory.bench.daemon;

import org.jspecify.annotations.NullMarked;
