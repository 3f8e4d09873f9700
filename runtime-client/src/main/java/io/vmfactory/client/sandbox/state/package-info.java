/**
 * What is on disk about each sandbox, so that another process can operate it. JSON stops here. Not
 * part of the public API.
 */
@NullMarked
package io.vmfactory.client.sandbox.state;

import org.jspecify.annotations.NullMarked;
