/**
 * Requests and their results in the daemon's own types, without types of the wire or of libraries.
 */
@NullMarked
package io.vmfactory.factory.request;

import org.jspecify.annotations.NullMarked;
