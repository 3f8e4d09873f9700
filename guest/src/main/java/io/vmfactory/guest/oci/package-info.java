/** The OCI runtime specification as the agent takes it. Protobuf and JSON stop here. */
@NullMarked
package io.vmfactory.guest.oci;

import org.jspecify.annotations.NullMarked;
