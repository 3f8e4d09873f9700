/** What the daemon remembers on disk about each VM, so that a later daemon can tell what lives. */
@NullMarked
package io.vmfactory.factory.journal;

import org.jspecify.annotations.NullMarked;
