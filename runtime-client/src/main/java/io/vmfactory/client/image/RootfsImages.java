package io.vmfactory.client.image;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciSpecException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory of images, each made once from a host directory or an OCI image layout and used by
 * any number of VMs. Several threads and processes may use it at a time: one makes an image, others
 * that want the same wait for it. Thread-safe; nothing to close.
 *
 * <p>Every call may read much and take long when the image is not there yet. Errors are {@link
 * ImageException}, and DeadlineExceededException when the time is over first.
 */
public final class RootfsImages {
  private RootfsImages() {}

  /**
   * Opens {@code directory} and makes it when it is not there.
   *
   * @param cacheBytes what the images may occupy on disk together; beyond it those not used for the
   *     longest time are removed, never one in use
   * @param rootfsBytes size of the file system in a new image, 16 MiB..16 TiB; a file occupies only
   *     what is in it
   */
  public static RootfsImages open(Path directory, long cacheBytes, long rootfsBytes) {
    return new RootfsImages();
  }

  /** The image of a directory with a root file system in it. */
  public Image fromDirectory(Path directory, Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  /**
   * The image of an OCI image layout for linux/amd64.
   *
   * @param reference which image of the layout ({@code org.opencontainers.image.ref.name}); null
   *     when there is only one
   */
  public Image fromOciLayout(Path layout, @Nullable String reference, Deadline deadline) {
    throw new UnsupportedOperationException();
  }

  /**
   * The specification and the image of a bundle.
   *
   * @throws OciSpecException when its config.json is there but cannot be used
   */
  public Bundle fromBundle(Path bundle, Deadline deadline) {
    throw new UnsupportedOperationException();
  }
}
