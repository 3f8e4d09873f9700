package io.vmfactory.images;

import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Device;
import io.vmfactory.images.ext4.FileType;
import io.vmfactory.images.ext4.Metadata;

/**
 * A file in a tar archive. Names are bytes as ISO 8859-1 characters.
 *
 * @param size the length of the content
 * @param stored how much of the content is in the archive: all but its holes
 * @param link the target of a symbolic or hard link
 */
record TarEntry(
    String name, Type type, Metadata metadata, long size, long stored, String link, Device device) {
  enum Type {
    FILE(FileType.FILE),
    HARD_LINK(FileType.FILE),
    LINK(FileType.LINK),
    CHARACTER(FileType.CHARACTER),
    BLOCK(FileType.BLOCK),
    DIRECTORY(FileType.DIRECTORY),
    PIPE(FileType.PIPE);

    private final FileType fileType;

    Type(FileType fileType) {
      this.fileType = fileType;
    }

    FileType fileType() {
      return fileType;
    }

    /**
     * @param flag the type flag of the header
     * @param name in old archives, the name of a directory ends with a slash
     */
    static Type of(char flag, String name) {
      return switch (flag) {
        case '0', '\0', '7', 'S' -> name.endsWith("/") ? DIRECTORY : FILE;
        case '1' -> HARD_LINK;
        case '2' -> LINK;
        case '3' -> CHARACTER;
        case '4' -> BLOCK;
        case '5' -> DIRECTORY;
        case '6' -> PIPE;
        default ->
            throw new ImageException(
                Reason.INVALID, "%s: has the unknown type '%c'".formatted(name, flag));
      };
    }
  }
}
