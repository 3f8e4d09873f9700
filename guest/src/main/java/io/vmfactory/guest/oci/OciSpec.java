package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Spec;

/** What a container is: an OCI runtime specification (config.json). Immutable. */
public final class OciSpec {
  private final Spec spec;

  OciSpec(Spec spec) {
    this.spec = spec;
  }

  /** As the wire has it. */
  public Spec proto() {
    return spec;
  }
}
