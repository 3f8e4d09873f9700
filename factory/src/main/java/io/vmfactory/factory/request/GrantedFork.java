package io.vmfactory.factory.request;

import io.vmfactory.configs.time.Laps.Lap;
import java.time.Duration;
import java.util.List;

/**
 * Clones of a leased VM that were handed out.
 *
 * @param vms the clones, each with its lease and its own steps
 * @param pause how long the CPUs of the source stood still
 * @param writtenBytes bytes of memory that the source had written since it was made
 * @param hops steps of the snapshot
 */
public record GrantedFork(List<GrantedVm> vms, Duration pause, long writtenBytes, List<Lap> hops) {
  public GrantedFork {
    vms = List.copyOf(vms);
    hops = List.copyOf(hops);
  }
}
