/**
 * Runs calls: each call runs on a worker, whose number is limited, and ends once, with a reply or
 * an error.
 */
@NullMarked
package io.vmfactory.factory.calls;

import org.jspecify.annotations.NullMarked;
