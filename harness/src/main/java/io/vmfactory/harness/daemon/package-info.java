/** A daemon in a private folder: its configuration, its processes, the VMs it runs. */
@NullMarked
package io.vmfactory.harness.daemon;

import org.jspecify.annotations.NullMarked;
