package io.vmfactory.linux;

/**
 * How a process ended, see wait(2).
 *
 * @param code exit code; -1 when a signal ended the process or the code is unknown
 * @param signal signal number; 0 when no signal ended the process or it is unknown
 */
public record ExitStatus(int code, int signal) {
  /** The status of an adopted process: the kernel reports the status only to the parent. */
  static final ExitStatus UNKNOWN = new ExitStatus(-1, 0);

  static ExitStatus ofWaitStatus(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? new ExitStatus(status >> 8 & 0xff, 0) : new ExitStatus(-1, signal);
  }
}
