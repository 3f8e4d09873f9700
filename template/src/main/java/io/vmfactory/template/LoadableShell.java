package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A shell with the device state of the template it was made from. All shells of a template share
 * that array, and the open files of its drives.
 */
final class LoadableShell implements Shell {
  private final Vm vm;
  private final String digest;
  private final byte[] state;
  private final @Nullable LoadedTemplate withDrives;
  private final AtomicBoolean left = new AtomicBoolean();

  /**
   * @param template stays the caller's; the shell is a user of its own if there are drives, until
   *     it is loaded or its VM ends
   */
  LoadableShell(Vm vm, LoadedTemplate template) {
    this.vm = vm;
    this.digest = template.digest();
    this.state = template.state();
    this.withDrives = template.hasDrives() && template.acquire() ? template : null;
    if (withDrives != null) {
      vm.signals().exited().thenRun(this::leave);
    }
  }

  private void leave() {
    if (withDrives != null && left.compareAndSet(false, true)) {
      withDrives.close();
    }
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
      laps.lap("load");
      if (withDrives != null) {
        withDrives.restoreDrives(vm, laps, deadline);
      }
    } catch (RuntimeException e) {
      vm.kill();
      throw e;
    }
    leave();
  }
}
