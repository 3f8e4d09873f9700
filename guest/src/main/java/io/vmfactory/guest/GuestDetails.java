package io.vmfactory.guest;

import java.util.Set;

/**
 * What an agent is and can do.
 *
 * @param agentVersion its release
 * @param memoryBlockBytes size of a hot-pluggable memory block in the guest; 0 = unknown
 * @param features extra features it names; {@link #IDENTITY} among them = it takes names of its own
 */
public record GuestDetails(String agentVersion, long memoryBlockBytes, Set<String> features) {
  /** The feature that says the agent offers vmfactory.guest.v1.Guest. */
  public static final String IDENTITY = "vmfactory.guest.v1";

  public GuestDetails {
    features = Set.copyOf(features);
  }
}
