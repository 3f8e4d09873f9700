package io.vmfactory.guest;

import java.util.List;

/**
 * A sandbox to create.
 *
 * @param id 1..127 characters
 * @param hostname as {@link HostName} says; empty = unchanged
 * @param dns lines of resolv.conf; empty = none
 * @param storages mounted for all containers, in order
 * @param sharedPids whether containers may share one PID namespace
 */
public record SandboxRequest(
    String id, String hostname, List<String> dns, List<GuestStorage> storages, boolean sharedPids) {
  public SandboxRequest {
    dns = List.copyOf(dns);
    storages = List.copyOf(storages);
  }
}
