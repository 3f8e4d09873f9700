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
 * A cache of images in a directory. Each image is created once, from a host directory or an OCI
 * image layout, and used by any number of VMs. Several threads and processes may share the cache:
 * if they need the same image, one creates it and the others wait. Thread-safe; needs no close.
 *
 * <p>A call may take long if it must create the image. Calls throw {@link ImageException}, and
 * DeadlineExceededException if the deadline passes.
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
   * Opens a cache. Creates the directory if necessary and removes what killed processes left in it.
   *
   * @param cacheBytes the disk space for all images; beyond it the least recently used images are
   *     removed, but never one in use
   * @param rootfsBytes the size of the file system in a new image, 16 MiB..16 TiB; the file only
   *     occupies the space of its content
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
   * Returns the image of a directory with a root file system. Keeps the owners on disk and all
   * links, devices, pipes and sockets. The caller must be able to read all of it.
   */
  public Image fromDirectory(Path directory, Deadline deadline) {
    try {
      Path root = existing(directory);
      DirectoryTree tree = DirectoryTree.of(root, deadline);
      if (tree.isEmpty()) {
        throw new ImageException(
            Reason.INVALID, directory + ": is empty, so no command can run in it");
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
          Reason.INVALID,
          directory + ": contains runtime.image_dir, in which the image would be created");
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
   * Returns an image of an OCI image layout, for linux/amd64.
   *
   * @param reference the name of the image in the layout ({@code
   *     org.opencontainers.image.ref.name}); null if there is only one
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
   * Returns the specification and the image of a bundle.
   *
   * @throws OciSpecException if its config.json is invalid
   */
  public Bundle fromBundle(Path bundle, Deadline deadline) {
    Path config = bundle.resolve("config.json");
    try (InputStream in = Files.newInputStream(config)) {
      OciSpec spec = OciSpec.parse(in.readNBytes(OciSpec.MAX_BYTES + 1));
      spec.checkNoHostPaths();
      return new Bundle(spec, fromDirectory(bundle.resolve(spec.rootPath()), deadline));
    } catch (NoSuchFileException e) {
      throw new ImageException(
          Reason.NOT_FOUND, config + ": no such file; a bundle must contain config.json", e);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }
}
