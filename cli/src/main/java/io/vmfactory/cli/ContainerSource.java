package io.vmfactory.cli;

import io.vmfactory.configs.RecipeFile;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.Bundle;
import io.vmfactory.images.Image;
import io.vmfactory.images.LayoutReference;
import io.vmfactory.images.ProcessDefaults;
import io.vmfactory.images.RootfsImages;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for where a container comes from. Exactly one must be given. */
final class ContainerSource {
  @Option(
      names = "--rootfs",
      paramLabel = "DIR",
      required = true,
      description = "Use this directory as the root file system.")
  private @Nullable Path rootfs;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      required = true,
      description =
          "Run this OCI bundle: a directory with config.json and a root file system. Only -t"
              + " allocates a terminal, whatever config.json says.")
  private @Nullable Path bundle;

  @Option(
      names = "--image",
      paramLabel = "LAYOUT[:REF]",
      required = true,
      description =
          "Run an image from this OCI image layout (a directory). REF is a name or a digest"
              + " (sha256:HEX) and selects one if it holds several.")
  private @Nullable String image;

  @Option(
      names = "--template",
      paramLabel = "NAME[:VERSION]",
      required = true,
      description =
          "Use a clone of this template, with the container in it. If the program does not run yet,"
              + " CMD is the program; otherwise CMD runs beside it.")
  private @Nullable String template;

  /** Returns a source as a recipe names it; relative paths begin in {@code folder}. */
  static ContainerSource of(RecipeFile.Source kind, String place, Path folder) {
    ContainerSource source = new ContainerSource();
    Path path = folder.resolve(place);
    switch (kind) {
      case ROOTFS -> source.rootfs = path;
      case BUNDLE -> source.bundle = path;
      case IMAGE -> source.image = path.toString();
    }
    return source;
  }

  /** Returns the template; null if the container is made from a root file system. */
  @Nullable String template() {
    return template;
  }

  /**
   * A container that is ready to be created.
   *
   * @param spec its OCI specification
   * @param image its root file system; keep it open until the drive is attached
   */
  record Prepared(OciSpec spec, Image image) implements AutoCloseable {
    @Override
    public void close() {
      image.close();
    }
  }

  /**
   * @param args the command and its arguments; empty to use those of the image or bundle
   * @param ownUser whether the caller sets the user, so that the user of the image does not matter
   * @param files makes the name of a file, as typed, one that this process finds
   */
  Prepared prepare(
      RootfsImages images,
      List<String> args,
      boolean ownUser,
      UnaryOperator<String> files,
      Deadline deadline) {
    if (bundle != null) {
      Bundle made = images.fromBundle(bundle.toAbsolutePath(), deadline);
      return prepared(
          made.image(),
          () -> args.isEmpty() ? made.spec() : made.spec().with(p -> p.withArgs(args)));
    }
    Image made =
        rootfs != null
            ? images.fromDirectory(rootfs.toAbsolutePath(), deadline)
            : fromLayout(images, LayoutReference.parse(String.valueOf(image), files), deadline);
    ProcessDefaults defaults = ownUser ? made.defaults().withoutUser() : made.defaults();
    return prepared(
        made, () -> OciSpec.standard().with(process -> defaults.applyTo(process, args)));
  }

  private static Prepared prepared(Image image, Supplier<OciSpec> spec) {
    try {
      return new Prepared(spec.get(), image);
    } catch (RuntimeException e) {
      image.close();
      throw e;
    }
  }

  private static Image fromLayout(
      RootfsImages images, LayoutReference reference, Deadline deadline) {
    return images.fromOciLayout(reference.layout(), reference.name(), deadline);
  }
}
