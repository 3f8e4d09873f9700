/** Immutable templates: built, stored, verified, loaded, restored. */
@NullMarked
package io.vmfactory.template;

import org.jspecify.annotations.NullMarked;
