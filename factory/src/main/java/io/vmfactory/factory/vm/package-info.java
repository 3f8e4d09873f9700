/** What everyone in this daemon who makes a VM does: its name, folder and record, and its end. */
@NullMarked
package io.vmfactory.factory.vm;

import org.jspecify.annotations.NullMarked;
