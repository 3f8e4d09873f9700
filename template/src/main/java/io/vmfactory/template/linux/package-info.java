/** What Linux offers for files on disk and Java does not: holes, flock, exchanging directories. */
@NullMarked
package io.vmfactory.template.linux;

import org.jspecify.annotations.NullMarked;
