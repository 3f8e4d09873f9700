/**
 * The records on disk about each VM, by which a later daemon finds the VMs that are still alive.
 */
@NullMarked
package io.vmfactory.factory.journal;

import org.jspecify.annotations.NullMarked;
