package io.vmfactory.guest;

import io.vmfactory.guest.oci.OciSpec;
import java.util.List;

/**
 * A container to create.
 *
 * @param id 1..127 of {@code [A-Za-z0-9_.-]}, the first a letter or digit
 * @param spec its OCI specification; paths in it are the guest's
 * @param storages mounted before its creation, in order, and unmounted at its removal
 * @param sharedPids whether it joins the sandbox's PID namespace
 * @param programAtStart whether its start may choose another program; it must have {@code /proc}
 *     mounted
 */
public record ContainerRequest(
    String id,
    OciSpec spec,
    List<GuestStorage> storages,
    boolean sharedPids,
    boolean programAtStart) {
  public ContainerRequest {
    storages = List.copyOf(storages);
  }

  /** A container that runs the program of its specification. */
  public ContainerRequest(
      String id, OciSpec spec, List<GuestStorage> storages, boolean sharedPids) {
    this(id, spec, storages, sharedPids, false);
  }
}
