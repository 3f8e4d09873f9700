package io.vmfactory.images;

import io.vmfactory.configs.host.DaemonUser;
import io.vmfactory.configs.host.Ownership;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.guest.oci.OciSpecException;
import io.vmfactory.images.ImageCache.Held;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Ext4Image;
import io.vmfactory.images.ext4.Ext4Reader;
import io.vmfactory.images.ext4.FileNode;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.linux.RawPath;
import io.vmfactory.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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
  private final ImageCache cache;
  private final long rootfsBytes;
  private final WallClock clock;
  private final MakingProgress progress;

  private RootfsImages(
      ImageCache cache, long rootfsBytes, WallClock clock, MakingProgress progress) {
    this.cache = cache;
    this.rootfsBytes = rootfsBytes;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Opens a cache. Creates the directory if necessary and removes what killed processes left in it.
   * Throws if another user could write into the directory or replace it, see {@link Ownership}; the
   * daemon's user may own the folders above.
   *
   * @param cacheBytes the disk space for all images; beyond it the least recently used images are
   *     removed, but never one in use
   * @param rootfsBytes the size of the file system in a new image, 16 MiB..16 TiB; the file only
   *     occupies the space of its content
   */
  public static RootfsImages open(Path directory, long cacheBytes, long rootfsBytes) {
    WallClock clock = WallClock.system();
    try {
      Files.createDirectories(directory, Trees.OWNER_ONLY);
      Path real = directory.toRealPath();
      Ownership.require(real, DaemonUser.ids());
      ImageWorkspace.sweep(real);
      ImageCache cache = new ImageCache(real, cacheBytes, clock);
      return new RootfsImages(cache, rootfsBytes, clock, MakingProgress.NONE);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  /** Returns the same cache, which reports to {@code listener} while it creates an image. */
  public RootfsImages reportingTo(MakingProgress listener) {
    return new RootfsImages(cache, rootfsBytes, clock, listener);
  }

  /**
   * Returns the image of a directory with a root file system. Keeps the owners on disk and all
   * links, devices, pipes and sockets. The caller must be able to read all of it. An unchanged
   * directory has the same image as before.
   */
  public Image fromDirectory(Path directory, Deadline deadline) {
    try (FileReader reader = new FileReader()) {
      byte[] root = RawPath.bytes(existing(directory));
      TreeKey found = TreeKey.of(root, reader, new ChangeTimes(clock), deadline);
      DirectoryTree tree = found.tree();
      if (tree.isEmpty()) {
        throw new ImageException(
            Reason.INVALID, directory + ": is empty, so no command can run in it");
      }
      String key = key(found.kind(), found.digest());
      Making.Source source = new DirectorySource(tree, reader)::write;
      return new Image(held(key, source, deadline), key, ProcessDefaults.NONE);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  /**
   * Returns the image of an overlay file system whose layers never change. The same layers have the
   * same image; once it is made, it is found without reading them.
   *
   * @param merged where the overlay is mounted; read if the image must be made
   * @param layers the folders of its layers
   * @param own the files in {@code merged} that are not in these layers; left out
   */
  public Image fromLayers(Path merged, List<Path> layers, ContainerFiles own, Deadline deadline) {
    try (FileReader reader = new FileReader()) {
      byte[] root = RawPath.bytes(existing(merged));
      SequenceDigest digest = new SequenceDigest();
      for (Path layer : layers) {
        byte[] folder = RawPath.bytes(layer.toRealPath());
        FileStatus status = reader.status(folder);
        digest.bytes(folder).number(status.device()).number(status.inode());
        digest.number(status.changed().seconds()).number(status.changed().nanos());
      }
      String key = key("layers", digest.hex());
      Making.Source source =
          making ->
              new DirectorySource(DirectoryTree.of(root, own.below(), reader, deadline), reader)
                  .write(making);
      return new Image(held(key, source, deadline), key, ProcessDefaults.NONE);
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  private Held held(String key, Making.Source source, Deadline deadline) {
    return cache.get(
        key,
        folder -> Making.make(folder, rootfsBytes, source, progress, deadline),
        progress,
        deadline);
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
        .text("ext4")
        .number(Ext4Image.FORMAT)
        .number(rootfsBytes)
        .text(kind)
        .text(digest)
        .hex();
  }

  /**
   * Returns an image of an OCI image layout, for linux/amd64.
   *
   * @param reference the name of the image in the layout ({@code
   *     org.opencontainers.image.ref.name}) or the digest of its manifest; null if there is only
   *     one
   */
  public Image fromOciLayout(Path layout, @Nullable String reference, Deadline deadline) {
    try {
      OciLayout source = new OciLayout(layout.toAbsolutePath());
      OciManifest manifest = source.manifest(reference);
      String key = key("oci", manifest.digest());
      Held held = held(key, making -> layers(source, manifest, making, deadline), deadline);
      try {
        return new Image(held, key, defaults(manifest, held));
      } catch (IOException | RuntimeException e) {
        held.lock().close();
        throw e;
      }
    } catch (IOException e) {
      throw ImageCache.failure(e);
    }
  }

  private FileNode layers(OciLayout source, OciManifest manifest, Making making, Deadline deadline)
      throws IOException {
    LayerTree tree = new LayerTree(making, rootfsBytes);
    source.layers(manifest, tree::add, deadline);
    return tree.root();
  }

  /** Keeps a problem with the user for later: the caller may choose another user. */
  private static ProcessDefaults defaults(OciManifest manifest, Held held) throws IOException {
    try (Ext4Reader image = Ext4Reader.open(held.file())) {
      return manifest.defaults().withUser(new Users(image).find(manifest.user()));
    } catch (ImageException e) {
      return manifest.defaults().withUserProblem(String.valueOf(e.getMessage()));
    }
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
