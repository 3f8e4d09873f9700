package io.vmfactory.guest;

import io.vmfactory.guest.oci.OciProcess;
import java.time.Duration;

/**
 * A command that the agent runs in a container, before a snapshot or after a restore.
 *
 * @param name for messages, at most 64 bytes; empty = the program's name
 * @param container id of the container, which must run
 * @param process what it leaves out comes from the container's first process; has no terminal
 * @param limit how long it may take, 1 ms to 10 minutes
 */
public record GuestHook(String name, String container, OciProcess process, Duration limit) {
  /** The longest limit. */
  public static final Duration LONGEST = Duration.ofMinutes(10);

  public GuestHook {
    if (limit.toMillis() < 1 || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "the limit of hook \"%s\" must be 1ms..10min".formatted(name));
    }
  }

  /**
   * How a command ended.
   *
   * @param exitStatus 0..255; 128 + signal if a signal ended it
   * @param timedOut whether it was killed because its time was over
   * @param output the last 4096 bytes of its standard output and standard error together
   * @param outputBytes how many bytes it wrote
   */
  public record Result(int exitStatus, boolean timedOut, byte[] output, long outputBytes) {
    /** Returns whether it ended in time with status 0. */
    public boolean succeeded() {
      return exitStatus == 0 && !timedOut;
    }
  }
}
