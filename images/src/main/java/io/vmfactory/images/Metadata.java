package io.vmfactory.images;

import java.util.Map;

/**
 * The attributes of a file besides name, type and content.
 *
 * @param mode the permissions, 0..07777
 * @param modified the modification time in seconds since 1970
 * @param attributes the extended attributes; values are bytes as ISO 8859-1 characters
 */
record Metadata(int mode, long user, long group, long modified, Map<String, String> attributes) {
  /** The metadata of a parent directory that no layer describes. */
  static final Metadata IMPLIED_DIRECTORY = new Metadata(0755, 0, 0, 0, Map.of());

  Metadata {
    attributes = Map.copyOf(attributes);
  }
}
