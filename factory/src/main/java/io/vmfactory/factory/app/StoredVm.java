package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.request.TemplateView;
import java.time.Duration;
import java.util.List;

/**
 * A leased VM that was stored as a template.
 *
 * @param pause how long the CPUs of the VM stood still for it
 * @param writtenBytes bytes of memory that the VM had written since it was made
 * @param hops steps of the request
 */
public record StoredVm(TemplateView template, Duration pause, long writtenBytes, List<Lap> hops) {
  public StoredVm {
    hops = List.copyOf(hops);
  }
}
