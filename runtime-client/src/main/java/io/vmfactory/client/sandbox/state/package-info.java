/**
 * The records of sandboxes on disk, which allow other processes to operate them. Only this package
 * uses JSON. Not part of the public API.
 */
@NullMarked
package io.vmfactory.client.sandbox.state;

import org.jspecify.annotations.NullMarked;
