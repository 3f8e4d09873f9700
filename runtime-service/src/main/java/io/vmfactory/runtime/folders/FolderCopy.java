package io.vmfactory.runtime.folders;

import java.util.Objects;

/**
 * A folder of this host that is copied into a guest. Part of the journal, so it has only plain
 * values.
 *
 * @param source the folder, an absolute path on this host
 * @param target the copy, an absolute path in the guest
 */
public record FolderCopy(String source, String target) {
  public FolderCopy {
    Objects.requireNonNull(source);
    Objects.requireNonNull(target);
  }
}
