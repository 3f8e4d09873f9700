package io.vmfactory.configs.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The user that a client believes to be the daemon's, besides root and its own user: the one that
 * {@code $VMFACTORY_DAEMON_USER} names, else the user {@code vmfactory} if it exists.
 */
public final class DaemonUser {
  /** The variable of the environment. */
  public static final String VARIABLE = "VMFACTORY_DAEMON_USER";

  private static final String USUAL = "vmfactory";
  private static final Path USERS = Path.of("/etc/passwd");
  private static final Set<Integer> IDS = ids(System.getenv(), USERS);

  private DaemonUser() {}

  /** Returns its id; empty if there is no such user. */
  public static Set<Integer> ids() {
    return IDS;
  }

  /**
   * @param users a file like /etc/passwd
   */
  static Set<Integer> ids(Map<String, String> environment, Path users) {
    String wanted = environment.getOrDefault(VARIABLE, USUAL).strip();
    if (wanted.matches("\\d{1,9}")) {
      return Set.of(Integer.parseInt(wanted));
    }
    return lines(users).stream()
        .map(line -> line.split(":"))
        .filter(user -> user.length > 2 && user[0].equals(wanted) && user[2].matches("\\d{1,9}"))
        .map(user -> Integer.parseInt(user[2]))
        .findFirst()
        .map(Set::of)
        .orElse(Set.of());
  }

  private static List<String> lines(Path users) {
    try {
      return Files.readAllLines(users, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of(); // such a host has no users by name
    }
  }
}
