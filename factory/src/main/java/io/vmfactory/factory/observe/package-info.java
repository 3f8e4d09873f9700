/** What the daemon does, told to whoever counts it. Below all other packages of this room. */
@NullMarked
package io.vmfactory.factory.observe;

import org.jspecify.annotations.NullMarked;
