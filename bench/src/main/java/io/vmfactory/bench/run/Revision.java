package io.vmfactory.bench.run;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the revision of the source that a build was made from, by git. */
final class Revision {
  private Revision() {}

  /**
   * Returns the commit, with {@code +changes} if there are uncommitted changes; empty if the build
   * is not in a checkout.
   *
   * @param home folder of the build
   */
  static String of(@Nullable String home, Deadline deadline) {
    if (home == null) {
      return "";
    }
    try {
      Path folder = Path.of(home);
      String commit = git(folder, deadline, "rev-parse", "HEAD");
      boolean changed = !git(folder, deadline, "status", "--porcelain").isEmpty();
      return changed ? commit + "+changes" : commit;
    } catch (IOException e) {
      return "";
    }
  }

  private static String git(Path folder, Deadline deadline, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(List.of("git", "-C", folder.toString()));
    line.addAll(List.of(arguments));
    Process git = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    deadline.await(git.onExit(), "git");
    if (git.exitValue() != 0) {
      throw new IOException("not a git checkout");
    }
    return said;
  }
}
