package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ProcessDefaults.UserIds;
import io.vmfactory.images.ext4.Ext4Reader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Resolves users with the image's /etc/passwd and /etc/group, as Docker does. A number is always an
 * id and never a name. Without a group, the user's own one and its supplementary groups count, also
 * those of root, which is the user of an image that names none.
 */
final class Users {
  private static final int MOST_BYTES = 1 << 22;

  private final Ext4Reader image;

  Users(Ext4Reader image) {
    this.image = image;
  }

  /**
   * Resolves a user.
   *
   * @param said {@code user} or {@code user:group}, each a name or a number; empty for root
   */
  UserIds find(String said) {
    int colon = said.indexOf(':');
    String user = colon < 0 ? said : said.substring(0, colon);
    String group = colon < 0 ? "" : said.substring(colon + 1);
    Optional<List<String>> account = account(user.isEmpty() ? "0" : user);
    long id =
        number(user.isEmpty() ? "0" : user)
            .or(() -> account.flatMap(line -> number(line.get(2))))
            .orElseThrow(() -> unknown("user", user));
    if (!group.isEmpty()) {
      return new UserIds(id, group(group), List.of());
    }
    long own = account.flatMap(line -> number(line.get(3))).orElse(0L);
    return new UserIds(id, own, account.map(line -> groupsOf(line.get(0))).orElse(List.of()));
  }

  /** Returns the number, in range or not: the process's specification refuses what is not. */
  private static Optional<Long> number(String text) {
    return text.matches("\\d{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  private static ImageException unknown(String what, String name) {
    return new ImageException(
        Reason.INVALID,
        "the image runs as the %s \"%s\", which it does not define; choose another user"
            .formatted(what, name));
  }

  /** Returns the text of a file, found through links; empty if it does not exist. */
  private String text(String file) {
    try {
      return image.read(file, MOST_BYTES).map(bytes -> new String(bytes, ISO_8859_1)).orElse("");
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  private List<List<String>> lines(String file, int fields) {
    return text(file)
        .lines()
        .map(line -> List.of(line.split(":", -1)))
        .filter(line -> line.size() >= fields)
        .toList();
  }

  private Optional<List<String>> account(String user) {
    int field = number(user).isPresent() ? 2 : 0;
    return lines("/etc/passwd", 4).stream()
        .filter(line -> line.get(field).equals(user))
        .findFirst();
  }

  private long group(String said) {
    return number(said)
        .or(
            () ->
                lines("/etc/group", 3).stream()
                    .filter(line -> line.get(0).equals(said))
                    .findFirst()
                    .flatMap(line -> number(line.get(2))))
        .orElseThrow(() -> unknown("group", said));
  }

  private List<Long> groupsOf(String user) {
    List<Long> groups = new ArrayList<>();
    for (List<String> line : lines("/etc/group", 4)) {
      Optional<Long> id = number(line.get(2));
      if (id.isPresent() && List.of(line.get(3).split(",")).contains(user)) {
        groups.add(id.get());
      }
    }
    return groups;
  }
}
