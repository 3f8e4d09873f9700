/**
 * The VMs of a runtime instance: leased from the factory or booted directly, alike to whoever uses
 * them. Not part of the public API.
 */
@NullMarked
package io.vmfactory.client.machine;

import org.jspecify.annotations.NullMarked;
