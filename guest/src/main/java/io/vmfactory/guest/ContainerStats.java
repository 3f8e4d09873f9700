package io.vmfactory.guest;

import java.time.Duration;
import java.util.List;

/**
 * What a container uses, from its cgroup, and its sandbox's network.
 *
 * @param cpu time used, user and kernel
 * @param throttled time it was kept from running by its quota
 * @param memory in bytes
 * @param pids processes now
 * @param pidsLimit most processes; 0 = no limit
 * @param io bytes read and written, all devices
 * @param networks one per interface of the guest
 */
public record ContainerStats(
    Duration cpu,
    Duration throttled,
    Memory memory,
    long pids,
    long pidsLimit,
    Io io,
    List<Network> networks) {
  public ContainerStats {
    networks = List.copyOf(networks);
  }

  /**
   * Memory in bytes.
   *
   * @param usage all that is charged to it
   * @param cache the part that is page cache
   * @param limit most it may have; 0 = no limit
   */
  public record Memory(long usage, long cache, long limit) {}

  /** Bytes read and written. */
  public record Io(long readBytes, long writtenBytes) {}

  /** Traffic of one interface since the guest's start. */
  public record Network(String name, long receivedBytes, long sentBytes) {}
}
