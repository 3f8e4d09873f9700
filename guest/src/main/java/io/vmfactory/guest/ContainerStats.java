package io.vmfactory.guest;

import java.time.Duration;
import java.util.List;

/**
 * What a container uses by its cgroup, and the traffic of its sandbox's network.
 *
 * @param cpu CPU time used, user and kernel
 * @param throttled time for which its quota kept it from running
 * @param memory in bytes
 * @param pids number of processes now
 * @param pidsLimit largest number of processes; 0 = no limit
 * @param io bytes read and written on all devices
 * @param networks one entry per interface of the guest
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
   * @param usage all memory charged to the container
   * @param cache the page cache's part of it
   * @param limit the most it may use; 0 = no limit
   */
  public record Memory(long usage, long cache, long limit) {}

  /** Bytes read and written. */
  public record Io(long readBytes, long writtenBytes) {}

  /** Traffic of one interface since the guest's start. */
  public record Network(String name, long receivedBytes, long sentBytes) {}
}
