package io.vmfactory.runtime.bundle;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.images.ContainerFiles;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The root file system of an engine's container.
 *
 * @param image the image that it begins with, which other containers may share
 * @param own the files that it has besides
 */
record EngineRoot(Image image, ContainerFiles own) {
  private static final int DIRECTORY_MODE = 0755;

  /** Makes the image of a folder, or finds it. */
  static EngineRoot of(Path root, RootfsImages images, Deadline deadline) {
    Optional<LayeredRoot> layered = LayeredRoot.of(root);
    Optional<ContainerFiles> own =
        layered.flatMap(layers -> ContainerFiles.read(layers.own(), layers.image()));
    if (layered.isEmpty() || own.isEmpty()) {
      return new EngineRoot(images.fromDirectory(root, deadline), ContainerFiles.NONE);
    }
    return new EngineRoot(
        images.fromLayers(root, layered.get().image(), own.get(), deadline), own.get());
  }

  /**
   * Returns the files to write into the root file system in the guest, by their paths in it.
   *
   * @param mounts those of the container; files that they hide are left out
   */
  List<GuestFile> files(List<OciMount> mounts) {
    return own.files().stream()
        .filter(file -> mounts.stream().noneMatch(mount -> hides(mount, file)))
        .map(EngineRoot::guestFile)
        .toList();
  }

  private static boolean hides(OciMount mount, ContainerFiles.ContainerFile file) {
    return Path.of(file.path()).startsWith(Path.of("/").resolve(mount.destination()).normalize());
  }

  private static GuestFile guestFile(ContainerFiles.ContainerFile file) {
    return new GuestFile(
        file.path(),
        file.mode(),
        DIRECTORY_MODE,
        (int) file.user(),
        (int) file.group(),
        file.content());
  }
}
