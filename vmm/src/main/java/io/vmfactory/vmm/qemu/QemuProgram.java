package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.host.Ownership;
import io.vmfactory.vmm.VmProcessTable;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds QEMU and asks it for its version. */
final class QemuProgram {
  private static final String NAME = "qemu-system-x86_64";
  private static final String REMEDY =
      "; install Debian's package qemu-system-x86, or set path under [hypervisor.qemu]";
  private static final Pattern VERSION = Pattern.compile("version ((\\d+)\\.(\\d+)[^\\n]*)");
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private QemuProgram() {}

  /**
   * Returns the configured program, else the first on {@code searchPath}; resolves symbolic links.
   */
  static Path find(@Nullable Path configured, String searchPath) {
    Stream<Path> candidates =
        configured != null
            ? Stream.of(configured)
            : Stream.of(searchPath.split(File.pathSeparator)).map(dir -> Path.of(dir, NAME));
    String what = configured != null ? configured.toString() : NAME + " on PATH";
    return candidates
        .filter(Files::isExecutable)
        .findFirst()
        .map(QemuProgram::resolved)
        .orElseThrow(() -> unusable("QEMU not found: " + what + REMEDY));
  }

  private static Path resolved(Path program) {
    Path real;
    try {
      real = Ownership.requireInstalled(program);
    } catch (IOException e) {
      throw unusable("QEMU cannot be used: " + ErrorText.of(e));
    }
    if (!VmProcessTable.isQemu(real)) {
      throw unusable(
          "%s is not named like a QEMU, so its VMs could not be found again%s"
              .formatted(real, REMEDY));
    }
    return real;
  }

  /** Returns the version that QEMU reports, with the distribution's suffix; throws below 7.2. */
  static String version(Trials trials) {
    Trials.Outcome outcome = trials.version(LIMIT);
    Matcher found = VERSION.matcher(outcome.said());
    if (!outcome.inTime() || !found.find()) {
      throw unusable(trials.program() + " does not say its version: " + outcome.said() + REMEDY);
    }
    int major = Integer.parseInt(found.group(2));
    if (major < 7 || (major == 7 && Integer.parseInt(found.group(3)) < 2)) {
      throw unusable("QEMU %s is too old: 7.2 is needed%s".formatted(found.group(1), REMEDY));
    }
    return found.group(1).strip();
  }

  private static VmmException unusable(String message) {
    return new VmmException(Reason.UNUSABLE, message);
  }
}
