package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.util.List;

/**
 * Commands that the agent runs in containers around a snapshot. Errors as in {@link GuestAgent};
 * code NOT_FOUND, FAILED_PRECONDITION or INVALID_ARGUMENT if a container does not exist or does not
 * run, or a command is wrong.
 */
public interface GuestHooks {
  /** The most commands that can be registered for one moment. */
  int MOST = 16;

  /** When registered commands run. */
  enum Moment {
    /** In each clone, before it is handed out or waits. */
    RESTORE,
    /** After those, in a clone that will wait in a pool. */
    REHEARSAL
  }

  /**
   * How many registered commands have a container that has not ended.
   *
   * @param afterRestore of {@link Moment#RESTORE}
   * @param rehearsals of {@link Moment#REHEARSAL}
   */
  record Due(int afterRestore, int rehearsals) {
    /** Returns those of one moment. */
    public int at(Moment moment) {
      return moment == Moment.RESTORE ? afterRestore : rehearsals;
    }
  }

  /**
   * Runs a command and waits until it has ended. For work before a snapshot: the caller takes the
   * snapshot only if the result is a success.
   */
  GuestHook.Result run(GuestHook hook, Deadline deadline);

  /**
   * Registers the commands that run at a moment, in this order and in place of those that were
   * registered for it before. They are part of each later snapshot of this guest.
   *
   * @param hooks 0..{@link #MOST}
   */
  void register(Moment moment, List<GuestHook> hooks, Deadline deadline);

  /**
   * Runs the commands that are registered for a moment, one after the other; those whose container
   * has ended are left out. The uniqueness gate calls this.
   *
   * @throws GuestException with code ABORTED when one fails or does not end in time: the guest must
   *     not be used. The message names the command and has the end of its output
   */
  List<GuestHook.Result> runRegistered(Moment moment, Deadline deadline);
}
