/**
 * The OCI runtime specification in the agent's form. No other package sees its protobuf and JSON.
 */
@NullMarked
package io.vmfactory.guest.oci;

import org.jspecify.annotations.NullMarked;
