package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;

/**
 * A VM that waits for its device state: its memory is mapped over a template's, and no state is
 * loaded yet ({@code INCOMING}). The shell itself holds the state that fits its memory. So it can
 * be loaded even if the template was rebuilt, deleted, or dropped from memory.
 *
 * <p>Nothing of it must be closed; the owner of the VM kills it. What it holds of the template's
 * drives is freed when it is loaded or its VM ends.
 */
public interface Shell {
  /** Returns the VM. */
  Vm vm();

  /** Returns which snapshot this is a shell of: {@link TemplateInfo#digest()} at that time. */
  String digest();

  /**
   * Loads the device state: INCOMING to PAUSED. The VM is a clone now. If loading fails, kills the
   * VM and removes its folder before it throws the failure. Called at most once.
   *
   * @param laps receives the step "load", and "drives" if the template has any
   */
  void load(Laps laps, Deadline deadline);
}
