package io.vmfactory.cli;

import java.util.List;

/** The names of the Linux signals, signal(7), with their numbers on x86. */
final class SignalNames {
  static final int LAST = 64;

  private static final List<String> FROM_ONE =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private SignalNames() {}

  /**
   * Returns the number of a signal, or 0 if there is none of that name.
   *
   * @param name the name in capitals, without SIG
   */
  static int number(String name) {
    return FROM_ONE.indexOf(name) + 1;
  }
}
