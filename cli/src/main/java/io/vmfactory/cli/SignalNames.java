package io.vmfactory.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of the Linux signals, signal(7), with their numbers on x86. */
final class SignalNames {
  static final int LAST = 64;

  private static final List<String> FROM_ONE =
      List.of(
          "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private static final Map<String, String> OTHER_NAMES =
      Map.of("IOT", "ABRT", "CLD", "CHLD", "POLL", "IO", "UNUSED", "SYS");

  /** The real-time signals as glibc numbers them; it keeps the kernel's first two for itself. */
  private static final int FIRST_REAL_TIME = 34;

  private static final Pattern REAL_TIME =
      Pattern.compile("RT(?:MIN(\\+\\d{1,2})?|MAX(-\\d{1,2})?)");

  private SignalNames() {}

  /**
   * Returns the number of a signal, or 0 if there is none of that name.
   *
   * @param name the name with or without SIG, in any case: {@code TERM}, {@code sigterm}, {@code
   *     RTMIN+3}
   */
  static int number(String name) {
    String bare = name.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
    Matcher realTime = REAL_TIME.matcher(bare);
    if (realTime.matches()) {
      int number =
          bare.startsWith("RTMIN")
              ? FIRST_REAL_TIME + offset(realTime.group(1))
              : LAST + offset(realTime.group(2));
      return number >= FIRST_REAL_TIME && number <= LAST ? number : 0;
    }
    return FROM_ONE.indexOf(OTHER_NAMES.getOrDefault(bare, bare)) + 1;
  }

  private static int offset(@Nullable String signed) {
    return signed == null ? 0 : Integer.parseInt(signed);
  }
}
