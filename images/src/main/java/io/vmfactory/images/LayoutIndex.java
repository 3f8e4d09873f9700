package io.vmfactory.images;

import com.fasterxml.jackson.databind.JsonNode;
import io.vmfactory.images.ImageException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Chooses an image of a layout: by name, by digest, and by platform. */
final class LayoutIndex {
  private static final int DEEPEST_INDEX = 4;

  private final Path root;
  private final Blobs blobs;
  private final JsonNode index;

  /**
   * @param root the layout, for messages
   * @param index the content of index.json
   */
  LayoutIndex(Path root, Blobs blobs, JsonNode index) {
    this.root = root;
    this.blobs = blobs;
    this.index = index;
  }

  /**
   * Returns the manifest of an image for linux/amd64.
   *
   * @param reference its name or digest; null if there is only one
   */
  Descriptor manifest(@Nullable String reference) throws IOException {
    List<LayoutEntry> usable = usable(index);
    List<LayoutEntry> found = reference == null ? usable : named(usable, reference);
    if (found.isEmpty() && reference != null) {
      Descriptor inside = byDigest(usable, ImageName.of("@" + digest(reference)).digest());
      if (inside != null) {
        return inside;
      }
    }
    if (found.isEmpty()) {
      String what = reference == null ? "image" : "image \"" + reference + "\"";
      throw new ImageException(
          Reason.NOT_FOUND,
          "%s: holds no %s for linux/amd64; available: %s"
              .formatted(root, what, usable.isEmpty() ? "none" : list(usable)));
    }
    List<LayoutEntry> different = different(found);
    if (different.size() > 1) {
      throw new ImageException(
          Reason.NOT_FOUND,
          "%s: holds several images; choose one of: %s".formatted(root, list(different)));
    }
    return resolved(different.get(0), 1);
  }

  /** Returns the digest that a reference contains; empty if it contains none. */
  private static String digest(String reference) {
    int at = reference.lastIndexOf('@');
    String last = reference.substring(at + 1);
    return last.startsWith("sha256:") ? last : "";
  }

  private static List<LayoutEntry> named(List<LayoutEntry> usable, String reference) {
    String digest = digest(reference);
    if (!digest.isEmpty()) {
      return only(usable, entry -> entry.descriptor().digest().equals(digest));
    }
    List<LayoutEntry> exact = only(usable, entry -> entry.names().contains(reference));
    if (!exact.isEmpty()) {
      return exact;
    }
    ImageName wanted = ImageName.of(reference);
    return only(
        usable,
        entry -> entry.names().stream().anyMatch(name -> ImageName.of(name).isSameTag(wanted)));
  }

  private static List<LayoutEntry> only(List<LayoutEntry> all, Predicate<LayoutEntry> wanted) {
    return all.stream().filter(wanted).toList();
  }

  /** Returns one entry for each image: an image may have several names. */
  private static List<LayoutEntry> different(List<LayoutEntry> entries) {
    Map<String, LayoutEntry> byDigest = new LinkedHashMap<>();
    entries.forEach(entry -> byDigest.putIfAbsent(entry.descriptor().digest(), entry));
    return List.copyOf(byDigest.values());
  }

  /** Returns what a user can write for each of the entries. */
  private String list(List<LayoutEntry> entries) {
    List<String> texts = new ArrayList<>();
    for (LayoutEntry entry : entries) {
      String name = entry.name();
      boolean unique =
          !name.isEmpty() && different(only(entries, e -> e.name().equals(name))).size() == 1;
      texts.add(root + (unique ? ":" + name : "@" + entry.descriptor().digest()));
    }
    return String.join(", ", texts);
  }

  /** Returns the entries of an index that may be images for this platform, the best first. */
  private List<LayoutEntry> usable(JsonNode tree) throws IOException {
    List<LayoutEntry> usable = new ArrayList<>();
    for (JsonNode one : tree.path("manifests")) {
      LayoutEntry entry = LayoutEntry.of(one);
      if (entry.fits() && (entry.isIndex() || (entry.isManifest() && isImage(entry)))) {
        usable.add(entry);
      }
    }
    usable.sort(Comparator.comparing(LayoutEntry::hasVariant));
    return usable;
  }

  /** Returns whether a manifest is that of an image, and not of a signature or another artefact. */
  private boolean isImage(LayoutEntry entry) throws IOException {
    if (!blobs.has(entry.descriptor())) {
      return true; // so that the message is about the missing blob
    }
    return LayoutJson.isImage(LayoutJson.parse(blobs.json(entry.descriptor()), root));
  }

  private Descriptor resolved(LayoutEntry entry, int depth) throws IOException {
    if (!entry.isIndex()) {
      return entry.descriptor();
    }
    List<LayoutEntry> inner = usable(entries(entry, depth));
    if (inner.isEmpty()) {
      throw new ImageException(Reason.NOT_FOUND, root + ": holds no image for linux/amd64");
    }
    return resolved(inner.get(0), depth + 1);
  }

  private JsonNode entries(LayoutEntry index, int depth) throws IOException {
    if (depth > DEEPEST_INDEX) {
      throw new ImageException(Reason.INVALID, root + ": its indexes are nested too deeply");
    }
    return LayoutJson.parse(blobs.json(index.descriptor()), root);
  }

  /** Returns the manifest with that digest inside one of the indexes; null if there is none. */
  private @Nullable Descriptor byDigest(List<LayoutEntry> entries, String digest)
      throws IOException {
    for (LayoutEntry entry : digest.isEmpty() ? List.<LayoutEntry>of() : entries) {
      if (entry.isIndex()) {
        for (LayoutEntry inner : usable(entries(entry, 1))) {
          if (inner.descriptor().digest().equals(digest)) {
            return resolved(inner, 2);
          }
        }
      }
    }
    return null;
  }
}
