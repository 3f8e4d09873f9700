/** What a container engine hands over, made into what a VM can have. */
@NullMarked
package io.vmfactory.runtime.bundle;

import org.jspecify.annotations.NullMarked;
