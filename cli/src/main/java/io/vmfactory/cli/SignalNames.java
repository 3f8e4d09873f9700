package io.vmfactory.cli;

import java.util.List;

/** The names of Linux's signals, signal(7), numbered as on x86. */
final class SignalNames {
  static final int LAST = 64;

  private static final List<String> FROM_ONE =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private SignalNames() {}

  /** The number of the signal of that name, without SIG and in capitals; 0 = there is none. */
  static int number(String name) {
    return FROM_ONE.indexOf(name) + 1;
  }
}
