package io.vmfactory.images;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An entry of an index.
 *
 * @param names the names of the image, the preferred one first; may be empty
 * @param fits whether it is for this platform or for no specific one
 * @param hasVariant whether it needs more than the first variant of the platform
 */
record LayoutEntry(Descriptor descriptor, List<String> names, boolean fits, boolean hasVariant) {
  private static final Set<String> INDEXES =
      Set.of(
          "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.list.v2+json");
  private static final Set<String> MANIFESTS =
      Set.of(
          "application/vnd.oci.image.manifest.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json");

  /** Where tools write the name. The first is that of the specification. */
  private static final List<String> NAMES =
      List.of("org.opencontainers.image.ref.name", "io.containerd.image.name");

  static LayoutEntry of(JsonNode node) {
    JsonNode platform = node.path("platform");
    String variant = platform.path("variant").asText();
    boolean fits =
        platform.isMissingNode()
            || (platform.path("os").asText().equals("linux")
                && platform.path("architecture").asText().equals("amd64"));
    boolean artefact =
        !node.path("artifactType").asText().isEmpty()
            || node.path("annotations").has("vnd.docker.reference.type");
    Stream<String> names = NAMES.stream().map(key -> node.path("annotations").path(key).asText());
    return new LayoutEntry(
        LayoutJson.descriptor(node),
        names.filter(name -> !name.isEmpty()).toList(),
        fits && !artefact,
        !variant.isEmpty() && !variant.equals("v1"));
  }

  boolean isIndex() {
    return descriptor.isOf(INDEXES);
  }

  boolean isManifest() {
    return descriptor.isOf(MANIFESTS);
  }

  /** Returns the preferred name; empty if there is none. */
  String name() {
    return names.isEmpty() ? "" : names.get(0);
  }
}
