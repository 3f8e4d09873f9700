package io.vmfactory.images;

import io.vmfactory.configs.host.HostText;
import io.vmfactory.images.ImageException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An image in an OCI image layout, as a user writes it: {@code LAYOUT}, {@code LAYOUT:NAME}, {@code
 * LAYOUT:sha256:HEX} or {@code LAYOUT@sha256:HEX}. A name may have a registry, a port, a tag and a
 * digest: {@code ./l:localhost:5000/team/app:1}.
 *
 * @param layout the directory
 * @param name the name or digest of the image; null if none is given
 */
public record LayoutReference(Path layout, @Nullable String name) {
  /** Parses {@code text}, with names of files that this process finds as they are. */
  public static LayoutReference parse(String text) {
    return parse(text, UnaryOperator.identity());
  }

  /**
   * Parses {@code text}. Because names of directories and of images may both contain colons, the
   * layout is the longest part in front of a colon or at sign that is a directory.
   *
   * @param files makes the name of a file, as typed, one that this process finds
   * @throws ImageException if no such part is a directory
   */
  public static LayoutReference parse(String text, UnaryOperator<String> files) {
    for (int end = text.length(); end > 0; end = lastSeparator(text, end)) {
      Path layout = HostText.path(files.apply(text.substring(0, end)));
      if (Files.isDirectory(layout)) {
        String name = end == text.length() ? null : text.substring(end + 1);
        return new LayoutReference(layout.toAbsolutePath(), "".equals(name) ? null : name);
      }
    }
    throw missing(text);
  }

  /** Returns the place of the last colon or at sign before {@code end}; -1 if there is none. */
  private static int lastSeparator(String text, int end) {
    return Math.max(text.lastIndexOf(':', end - 1), text.lastIndexOf('@', end - 1));
  }

  private static ImageException missing(String text) {
    ImageName name = ImageName.of(text.replaceFirst("^[./]+", ""));
    String copy = name.repository().replaceFirst(".*/", "") + ":" + name.tag();
    return new ImageException(
        Reason.NOT_FOUND,
        "%s: is no directory on this host, and images are not fetched from registries; first run: "
                .formatted(HostText.shown(text))
            + "skopeo copy docker://%s oci:%s, then use %s".formatted(name.full(), copy, copy));
  }
}
