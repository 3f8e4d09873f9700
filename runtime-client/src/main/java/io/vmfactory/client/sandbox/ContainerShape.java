package io.vmfactory.client.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a container keeps from its creation on: its images and the properties of its specification
 * that its start cannot choose. A container that waits for its program can stand for another one if
 * their shapes are equal.
 *
 * @param parts a digest of each part, by its path, such as {@code process.capabilities.bounding}
 */
public record ContainerShape(Map<String, String> parts) {
  /** Hex digits of a digest: enough to tell the settings of containers apart. */
  private static final int DIGITS = 12;

  public ContainerShape {
    parts = Map.copyOf(parts);
  }

  /**
   * Returns the shape of a container.
   *
   * @param files the paths of files that its creator writes into its root file system
   */
  public static ContainerShape of(ContainerSpec spec, List<String> files) {
    Map<String, String> texts = new TreeMap<>(spec.oci().leaves());
    texts.put("image", spec.rootfs().toString());
    spec.volumes().forEach(it -> texts.merge(at(it.mountPoint()), it.toString(), String::concat));
    spec.scratch().forEach(it -> texts.merge(at(it.mountPoint()), it.toString(), String::concat));
    if (!files.isEmpty()) {
      texts.put("files", new TreeSet<>(files).toString());
    }
    texts.put("pids", String.valueOf(Boolean.TRUE.equals(spec.sharedPids())));
    texts.replaceAll((path, text) -> digest(text));
    return new ContainerShape(texts);
  }

  private static String at(String mountPoint) {
    return "volumes[%s]".formatted(mountPoint);
  }

  private static String digest(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] digest = sha.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /** Returns the paths of the parts that differ, sorted; none if the shapes are equal. */
  public SortedSet<String> differences(ContainerShape other) {
    SortedSet<String> different = new TreeSet<>(parts.keySet());
    different.addAll(other.parts.keySet());
    different.removeIf(path -> parts.getOrDefault(path, "").equals(other.parts.get(path)));
    return different;
  }
}
