package io.vmfactory.runtime.bundle;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.guest.oci.OciSpec;
import java.util.List;

/** The namespaces in an engine's specification. One that is absent would be the host's. */
final class EngineNamespaces {
  private static final List<String> OWN = List.of("pid", "ipc");

  private EngineNamespaces() {}

  /** Throws if the container would share a namespace with the processes of the host. */
  static void require(OciSpec spec) {
    for (String type : OWN) {
      if (!spec.hasNamespace(type)) {
        throw new SandboxException(
            Reason.INVALID,
            "linux.namespaces: \"%1$s\" is missing, but a VM cannot have the host's; run the container without host %1$s"
                .formatted(type));
      }
    }
  }
}
