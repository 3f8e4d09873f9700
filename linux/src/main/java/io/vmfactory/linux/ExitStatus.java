package io.vmfactory.linux;

/**
 * How a process ended, see wait(2).
 *
 * @param code exit code, or -1 when a signal ended it or it is not known
 * @param signal signal number, or 0
 */
public record ExitStatus(int code, int signal) {
  /** The kernel tells only the parent, and a process that was adopted has another. */
  static final ExitStatus UNKNOWN = new ExitStatus(-1, 0);

  static ExitStatus ofWaitStatus(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? new ExitStatus(status >> 8 & 0xff, 0) : new ExitStatus(-1, signal);
  }
}
