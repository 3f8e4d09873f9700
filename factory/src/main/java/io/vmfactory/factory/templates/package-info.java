/** Which templates exist, and which of them serves a request. */
@NullMarked
package io.vmfactory.factory.templates;

import org.jspecify.annotations.NullMarked;
