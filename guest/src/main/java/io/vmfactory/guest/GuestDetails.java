package io.vmfactory.guest;

import java.util.Set;

/**
 * The version and the features of an agent.
 *
 * @param agentVersion its release
 * @param memoryBlockBytes size of a hot-pluggable memory block in the guest; 0 = unknown
 * @param features extra features that it reports; {@link #IDENTITY} = it accepts names of its own
 */
public record GuestDetails(String agentVersion, long memoryBlockBytes, Set<String> features) {
  /** The feature of an agent that offers vmfactory.guest.v1.Guest. */
  public static final String IDENTITY = "vmfactory.guest.v1";

  public GuestDetails {
    features = Set.copyOf(features);
  }
}
