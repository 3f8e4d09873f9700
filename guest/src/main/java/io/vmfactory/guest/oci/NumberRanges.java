package io.vmfactory.guest.oci;

import static java.util.Map.entry;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The range of every number in config.json: what the guest's kernel accepts. A number outside would
 * fail in the guest, or mean something else there.
 */
final class NumberRanges {
  private static final long UINT32 = 0xFFFF_FFFFL;
  private static final long DEVICE_MAJOR = 4095;
  private static final long DEVICE_MINOR = 0xF_FFFF;
  private static final long NO_LIMIT = -1;
  private static final BigInteger UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

  private static final Range ID = range(0, IdRange.MOST);
  private static final Range BYTES = range(NO_LIMIT, Long.MAX_VALUE);
  private static final Range MAJOR = range(NO_LIMIT, DEVICE_MAJOR);
  private static final Range MINOR = range(NO_LIMIT, DEVICE_MINOR);
  private static final Range WEIGHT = range(10, 1000).or(0);
  private static final Range ANY_UINT64 = new Range(BigInteger.ZERO, UINT64);

  /** In microseconds; 2^44 is the kernel's limit. */
  private static final Range CPU_TIME = range(1000, (1L << 44) - 1).or(0);

  private static final Range HOOK_SECONDS = range(1, 86_400);

  private static final Map<String, Range> RANGES =
      Map.ofEntries(
          entry("process.consoleSize.height", range(0, 65_535)),
          entry("process.consoleSize.width", range(0, 65_535)),
          entry("process.user.uid", ID),
          entry("process.user.gid", ID),
          entry("process.user.additionalGids[]", ID),
          entry("process.user.umask", range(0, 0777)),
          entry("process.rlimits[].hard", ANY_UINT64),
          entry("process.rlimits[].soft", ANY_UINT64),
          entry("process.oomScoreAdj", range(-1000, 1000)),
          entry("hooks.prestart[].timeout", HOOK_SECONDS),
          entry("hooks.createRuntime[].timeout", HOOK_SECONDS),
          entry("hooks.poststart[].timeout", HOOK_SECONDS),
          entry("hooks.poststop[].timeout", HOOK_SECONDS),
          entry("linux.uidMappings[].hostID", range(0, UINT32 - 1)),
          entry("linux.uidMappings[].containerID", range(0, UINT32 - 1)),
          entry("linux.uidMappings[].size", range(1, UINT32)),
          entry("linux.gidMappings[].hostID", range(0, UINT32 - 1)),
          entry("linux.gidMappings[].containerID", range(0, UINT32 - 1)),
          entry("linux.gidMappings[].size", range(1, UINT32)),
          entry("linux.devices[].major", MAJOR),
          entry("linux.devices[].minor", MINOR),
          entry("linux.devices[].fileMode", range(1, 0177777)), // with the type of the file, or not
          entry("linux.devices[].uid", ID),
          entry("linux.devices[].gid", ID),
          entry("linux.resources.devices[].major", MAJOR),
          entry("linux.resources.devices[].minor", MINOR),
          entry("linux.resources.memory.limit", BYTES),
          entry("linux.resources.memory.reservation", BYTES),
          entry("linux.resources.memory.swap", BYTES),
          entry("linux.resources.cpu.shares", range(2, 262_144).or(0)),
          entry("linux.resources.cpu.quota", CPU_TIME.or(0, NO_LIMIT)),
          entry("linux.resources.cpu.burst", range(0, (1L << 44) - 1)),
          entry("linux.resources.cpu.period", range(1000, 1_000_000).or(0)),
          entry("linux.resources.cpu.idle", range(0, 1)),
          entry("linux.resources.pids.limit", range(NO_LIMIT, 4_194_304)),
          entry("linux.resources.blockIO.weight", WEIGHT),
          entry("linux.resources.hugepageLimits[].limit", ANY_UINT64),
          entry("linux.seccomp.defaultErrnoRet", range(0, 4095)),
          entry("linux.seccomp.syscalls[].errnoRet", range(0, 4095)),
          entry("linux.seccomp.syscalls[].args[].index", range(0, 5)),
          entry("linux.seccomp.syscalls[].args[].value", ANY_UINT64),
          entry("linux.seccomp.syscalls[].args[].valueTwo", ANY_UINT64));

  private NumberRanges() {}

  /**
   * @param least the smallest value, except for {@code others}
   * @param others single values outside the range
   */
  record Range(BigInteger least, BigInteger most, long... others) {
    Range or(long... more) {
      return new Range(least, most, more);
    }

    boolean holds(BigInteger value) {
      return (value.compareTo(least) >= 0 && value.compareTo(most) <= 0)
          || Arrays.stream(others).anyMatch(other -> value.equals(BigInteger.valueOf(other)));
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      for (long other : others) {
        text.append(other).append(" or ");
      }
      return text.append(least).append("..").append(most).toString();
    }
  }

  private static Range range(long least, long most) {
    return new Range(BigInteger.valueOf(least), BigInteger.valueOf(most));
  }

  /** Returns the range of the numbers at a place; null = config.json has no number there. */
  static @Nullable Range at(String pattern) {
    return RANGES.get(pattern);
  }

  /** Returns what is wrong with a number at this place; null = it is in its range. */
  static @Nullable String problem(String pattern, BigInteger value) {
    Range range = at(pattern);
    if (range == null) {
      throw new IllegalStateException("no range for " + pattern);
    }
    return range.holds(value) ? null : "must be %s, is %d".formatted(range, value);
  }
}
