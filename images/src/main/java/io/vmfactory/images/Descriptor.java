package io.vmfactory.images;

import java.util.Set;

/**
 * The description of a blob in an image layout.
 *
 * @param digest {@code sha256:} and 64 hex digits
 */
record Descriptor(String mediaType, String digest, long size) {
  boolean isOf(Set<String> mediaTypes) {
    return mediaTypes.contains(mediaType);
  }
}
