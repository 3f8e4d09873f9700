package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;

/**
 * A shell with the device state of the template it was made from. All shells of a template share
 * that array.
 */
final class LoadableShell implements Shell {
  private final Vm vm;
  private final String digest;
  private final byte[] state;

  LoadableShell(Vm vm, LoadedTemplate template) {
    this.vm = vm;
    this.digest = template.digest();
    this.state = template.state();
  }

  @Override
  public Vm vm() {
    return vm;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public void load(Laps laps, Deadline deadline) {
    try {
      vm.load(state, deadline);
    } catch (RuntimeException e) {
      vm.kill();
      throw e;
    }
    laps.lap("load");
  }
}
