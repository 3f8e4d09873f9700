package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.vmm.Vm;

/**
 * A VM that waits for its device state: its memory is mapped over a template's, nothing is in it
 * yet ({@code INCOMING}). It holds the state that fits the memory it has, so it can be loaded
 * whatever has become of the template: rebuilt, deleted, dropped from memory.
 *
 * <p>Holds no descriptor and nothing that must be closed; the VM is its owner's to kill.
 */
public interface Shell {
  /** The VM. */
  Vm vm();

  /** Which snapshot this is a shell of: what {@link TemplateInfo#digest()} was at that time. */
  String digest();

  /**
   * INCOMING to PAUSED: the VM is a clone now. A VM whose load fails is killed, and its folder
   * gone, before this throws what failed. Not to be called twice.
   *
   * @param laps told of "load"
   */
  void load(Laps laps, Deadline deadline);
}
