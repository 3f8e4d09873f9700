package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Mount;
import java.util.List;

/**
 * A mount within a container.
 *
 * @param destination absolute path in the container
 * @param type file system, e.g. {@code tmpfs}; empty for a bind mount
 * @param source what to mount; a path is one in the guest, not on the host
 * @param options as in mount(8), including {@code bind} and {@code rbind}
 */
public record OciMount(String destination, String type, String source, List<String> options) {
  public OciMount {
    options = List.copyOf(options);
  }

  /** Returns whether this mounts a directory or file of the guest again, not a file system. */
  public boolean isBind() {
    return type.equals("bind") || options.contains("bind") || options.contains("rbind");
  }

  static OciMount of(Mount mount) {
    return new OciMount(
        mount.getDestination(), mount.getType(), mount.getSource(), mount.getOptionsList());
  }

  Mount proto() {
    return Mount.newBuilder()
        .setDestination(destination)
        .setType(type)
        .setSource(source)
        .addAllOptions(options)
        .build();
  }
}
