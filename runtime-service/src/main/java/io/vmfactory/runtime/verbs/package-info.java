/** What can be asked of the service, for each of its edges. */
@NullMarked
package io.vmfactory.runtime.verbs;

import org.jspecify.annotations.NullMarked;
