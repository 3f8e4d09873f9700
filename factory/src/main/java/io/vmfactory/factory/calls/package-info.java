/** Calls under way: each runs on a bounded worker and ends once, with a reply or an error. */
@NullMarked
package io.vmfactory.factory.calls;

import org.jspecify.annotations.NullMarked;
