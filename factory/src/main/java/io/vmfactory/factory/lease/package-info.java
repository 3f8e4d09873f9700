/** Leases: which customer has which VM, and until when. */
@NullMarked
package io.vmfactory.factory.lease;

import org.jspecify.annotations.NullMarked;
