package io.vmfactory.images;

import java.util.Map;

/**
 * What belongs to a file beside its name, type and content.
 *
 * @param mode permissions, 0..07777
 * @param modified seconds since 1970
 * @param attributes extended ones; a value's bytes are characters of ISO 8859-1
 */
record Metadata(int mode, long user, long group, long modified, Map<String, String> attributes) {
  /** Of a directory that is needed but that no layer tells of. */
  static final Metadata IMPLIED_DIRECTORY = new Metadata(0755, 0, 0, 0, Map.of());

  Metadata {
    attributes = Map.copyOf(attributes);
  }
}
