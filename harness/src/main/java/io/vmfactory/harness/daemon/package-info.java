/** A daemon in a private folder: its configuration, its processes, its VMs. */
@NullMarked
package io.vmfactory.harness.daemon;

import org.jspecify.annotations.NullMarked;
