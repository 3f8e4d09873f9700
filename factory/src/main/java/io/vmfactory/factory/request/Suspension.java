package io.vmfactory.factory.request;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.template.SuspendedVm;
import java.util.List;

/**
 * A VM that was suspended.
 *
 * @param vm the suspended VM
 * @param writtenBytes bytes of memory that it had written since it was made; 0 if it was suspended
 *     before
 * @param hops steps of the request; none if it was suspended before
 */
public record Suspension(SuspendedVm vm, long writtenBytes, List<Lap> hops) {
  public Suspension {
    hops = List.copyOf(hops);
  }
}
