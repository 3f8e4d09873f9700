package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.images.ImageCache.Held;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ProcessDefaults.UserIds;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
  private final Ext4 ext4;
  private final ImageCache cache;
  private final TreeMemo memo;

  RootfsImages(Ext4 ext4, ImageCache cache, WallClock clock) {
    this.ext4 = ext4;
    this.cache = cache;
    this.memo = new TreeMemo(cache.directory(), clock);
  }

  /**
   * Opens {@code directory}; makes it when it is not there, and clears away what was left in it by
   * processes that were killed.
   *
   * @param cacheBytes what the images may occupy on disk together; beyond it those not used for the
   *     longest time are removed, never one in use
   * @param rootfsBytes size of the file system in a new image, 16 MiB..16 TiB; a file occupies only
   *     what is in it
   */
  public static RootfsImages open(Path directory, long cacheBytes, long rootfsBytes) {
    String path = System.getenv().getOrDefault("PATH", "");
    WallClock clock = WallClock.system();
    try {
      Files.createDirectories(directory, Trees.OWNER_ONLY);
      Path real = directory.toRealPath();
      ImageWorkspace.sweep(real);
      return new RootfsImages(
          new Ext4(path, rootfsBytes), new ImageCache(real, cacheBytes, clock), clock);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  /**
   * The image of a directory with a root file system in it. Owners are those on disk, whoever asks;
   * links, devices, pipes and sockets stay what they are. Reading it must be allowed.
   */
  public Image fromDirectory(Path directory, Deadline deadline) {
    try {
      Path root = existing(directory);
      DirectoryTree tree = DirectoryTree.of(root, deadline);
      if (tree.isEmpty()) {
        throw new ImageException(
            Reason.INVALID, directory + ": is empty, so nothing could run in it");
      }
      String key = key("directory", memo.digest(root, tree));
      var image = new TreeImage(ext4, root, tree, deadline);
      return new Image(cache.get(key, image::make, deadline), key, ProcessDefaults.NONE);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  private Path existing(Path directory) throws IOException {
    Path real;
    try {
      real = directory.toRealPath();
    } catch (NoSuchFileException e) {
      throw new ImageException(Reason.NOT_FOUND, directory + ": no such directory", e);
    }
    if (!Files.isDirectory(real)) {
      throw new ImageException(Reason.INVALID, directory + ": is not a directory");
    }
    if (cache.directory().startsWith(real)) {
      throw new ImageException(
          Reason.INVALID, directory + ": holds runtime.image_dir, where the image would go");
    }
    return real;
  }

  private String key(String kind, String digest) {
    return new SequenceDigest()
        .text(Ext4.FORMAT)
        .number(ext4.bytes())
        .text(kind)
        .text(digest)
        .hex();
  }

  /**
   * The image of an OCI image layout for linux/amd64.
   *
   * @param reference which image of the layout ({@code org.opencontainers.image.ref.name}); null
   *     when there is only one
   */
  public Image fromOciLayout(Path layout, @Nullable String reference, Deadline deadline) {
    try {
      OciLayout source = new OciLayout(layout.toAbsolutePath());
      OciManifest manifest = source.manifest(reference);
      String key = key("oci", manifest.digest());
      var making = new LayoutImage(ext4, source, manifest, deadline);
      Held held = cache.get(key, making::make, deadline);
      try {
        ProcessDefaults defaults = manifest.defaults().withUser(user(manifest, held, deadline));
        return new Image(held, key, defaults);
      } catch (RuntimeException e) {
        held.lock().close();
        throw e;
      }
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  private UserIds user(OciManifest manifest, Held held, Deadline deadline) {
    Users users = new Users(file -> ext4.read(held.file(), file, deadline).orElse(""));
    return users.find(manifest.user());
  }

  /**
   * The specification and the image of a bundle.
   *
   * @throws OciSpecException when its config.json is there but cannot be used
   */
  public Bundle fromBundle(Path bundle, Deadline deadline) {
    Path config = bundle.resolve("config.json");
    try (InputStream in = Files.newInputStream(config)) {
      OciSpec spec = OciSpec.parse(in.readNBytes(OciSpec.MAX_BYTES + 1));
      spec.checkNoHostPaths();
      return new Bundle(spec, fromDirectory(bundle.resolve(spec.rootPath()), deadline));
    } catch (NoSuchFileException e) {
      throw new ImageException(
          Reason.NOT_FOUND, config + ": no such file; a bundle has config.json in it", e);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }
}
