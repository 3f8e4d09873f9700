package io.vmfactory.images;

/**
 * A name of an image with what Docker adds to it: {@code ubuntu} is {@code
 * docker.io/library/ubuntu:latest}.
 *
 * @param repository registry and path
 * @param tag the tag
 * @param digest {@code sha256:} and hex digits; empty if there is none
 */
record ImageName(String repository, String tag, String digest) {
  private static final String REGISTRY = "docker.io";

  static ImageName of(String text) {
    int at = text.indexOf('@');
    String name = at < 0 ? text : text.substring(0, at);
    int colon = name.lastIndexOf(':');
    boolean tagged = colon > name.lastIndexOf('/');
    String path = tagged ? name.substring(0, colon) : name;
    String tag = tagged ? name.substring(colon + 1) : "latest";
    return new ImageName(repository(path), tag, at < 0 ? "" : text.substring(at + 1));
  }

  private static String repository(String path) {
    int slash = path.indexOf('/');
    String first = slash < 0 ? "" : path.substring(0, slash);
    boolean registry = first.matches(".*[.:].*") || first.equals("localhost");
    String rest = registry ? path.substring(slash + 1) : path;
    String host = registry && !first.equals("index.docker.io") ? first : REGISTRY;
    return host + (host.equals(REGISTRY) && !rest.contains("/") ? "/library/" : "/") + rest;
  }

  /** Returns whether both name the same tag of the same repository. */
  boolean isSameTag(ImageName other) {
    return repository.equals(other.repository) && tag.equals(other.tag);
  }

  /** Returns the whole name. */
  String full() {
    return repository + (digest.isEmpty() ? ":" + tag : "@" + digest);
  }
}
