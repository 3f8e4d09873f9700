package io.vmfactory.linux;

import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.host.Ownership;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether an open file can be believed, or overwritten. It is about the file that is open, even if
 * its name leads to another file by now.
 */
record OpenedFile(FileStatus status) {
  static OpenedFile of(int fd) {
    return new OpenedFile(FileStatus.of(fd));
  }

  boolean isRegular() {
    return status.isRegular();
  }

  /** Returns the length in bytes. */
  long size() {
    return status.size();
  }

  /** Returns why the file cannot be believed; empty if it can. */
  Optional<String> objection(Path file) {
    return objectionToType(file)
        .or(() -> Ownership.objection(file, (int) status.user(), status.mode()));
  }

  /** Returns why it is not a file with content; empty if it is one. */
  Optional<String> objectionToType(Path file) {
    return isRegular() ? Optional.empty() : Optional.of(file + " is not a regular file; remove it");
  }

  /**
   * Whether a write can harm no other user: the file belongs to this user alone, and has no second
   * name.
   */
  boolean mayBeOverwritten() {
    return isRegular()
        && status.links() <= 1
        && (int) status.user() == OwnUser.uid()
        && (status.mode() & Ownership.GROUP_OR_OTHERS_WRITE) == 0;
  }
}
