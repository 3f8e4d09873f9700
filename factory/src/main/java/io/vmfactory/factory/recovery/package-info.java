/** What a starting daemon does about the VMs that earlier ones left. */
@NullMarked
package io.vmfactory.factory.recovery;

import org.jspecify.annotations.NullMarked;
