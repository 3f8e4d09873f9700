package io.vmfactory.cli;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.Bundle;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a container's root file system comes from, as options: one of three. */
final class ContainerSource {
  @Option(
      names = "--rootfs",
      paramLabel = "DIR",
      required = true,
      description = "A directory with a root file system in it.")
  private @Nullable Path rootfs;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      required = true,
      description =
          "An OCI bundle: config.json and a root file system. -t decides on the terminal.")
  private @Nullable Path bundle;

  @Option(
      names = "--image",
      paramLabel = "LAYOUT[:REF]",
      required = true,
      description = "An OCI image layout, and which image of it when there are several.")
  private @Nullable String image;

  /**
   * A container that could be.
   *
   * @param spec what it is
   * @param image its root file system, to be kept open until it is attached
   */
  record Prepared(OciSpec spec, Image image) implements AutoCloseable {
    @Override
    public void close() {
      image.close();
    }
  }

  /**
   * @param args what to run and its arguments; empty = what the source says
   */
  Prepared prepare(RootfsImages images, List<String> args, Deadline deadline) {
    if (bundle != null) {
      Bundle made = images.fromBundle(bundle.toAbsolutePath(), deadline);
      return prepared(
          made.image(),
          () -> args.isEmpty() ? made.spec() : made.spec().with(p -> p.withArgs(args)));
    }
    Image made =
        rootfs != null
            ? images.fromDirectory(rootfs.toAbsolutePath(), deadline)
            : fromLayout(images, String.valueOf(image), deadline);
    return prepared(
        made, () -> OciSpec.standard().with(process -> made.defaults().applyTo(process, args)));
  }

  private static Prepared prepared(Image image, Supplier<OciSpec> spec) {
    try {
      return new Prepared(spec.get(), image);
    } catch (RuntimeException e) {
      image.close();
      throw e;
    }
  }

  /** What is a directory as it stands is no name with a reference. */
  private static Image fromLayout(RootfsImages images, String name, Deadline deadline) {
    int colon = name.lastIndexOf(':');
    boolean plain = colon < 0 || Files.isDirectory(Path.of(name));
    Path layout = Path.of(plain ? name : name.substring(0, colon)).toAbsolutePath();
    return images.fromOciLayout(layout, plain ? null : name.substring(colon + 1), deadline);
  }
}
