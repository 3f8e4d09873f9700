package io.vmfactory.runtime.bundle;

import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import io.vmfactory.runtime.folders.FileCopy;
import io.vmfactory.runtime.folders.FolderContent;
import io.vmfactory.runtime.folders.FolderCopy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the bind mounts of this host in an engine's specification become in a VM, which shares no
 * file system with the host: a file and a small read-only folder are copied, {@code /dev/shm} is
 * memory of the guest, as much as the engine has given it, another read-only folder is an image. A
 * folder that the container may write to is refused.
 *
 * @param files the copies
 * @param folders the folders that are copied
 * @param trees the images
 * @param binds the mounts in the guest that replace those of the host
 * @param resolver the copy of /etc/resolv.conf; null if there is none
 */
record EngineMounts(
    List<GuestFile> files,
    List<FolderCopy> folders,
    List<Tree> trees,
    List<OciMount> binds,
    @Nullable FileCopy resolver) {
  private static final String FILES = "/run/engine-files/";
  private static final String RESOLVER = "/etc/resolv.conf";
  private static final String SHM = "/dev/shm";
  private static final String MEMORY = "tmpfs";
  private static final long KIB = 1024;
  private static final Set<String> HOST_ONLY = Set.of("bind", "rbind", "rprivate", "private");

  /**
   * A read-only folder.
   *
   * @param image its image
   * @param destination where it is mounted, an absolute path in the container
   */
  record Tree(Image image, String destination) {}

  EngineMounts {
    files = List.copyOf(files);
    folders = List.copyOf(folders);
    trees = List.copyOf(trees);
    binds = List.copyOf(binds);
  }

  /**
   * Converts the mounts of a specification.
   *
   * @param folder the name of the folder that the guest has the copies in
   */
  static EngineMounts of(String folder, OciSpec spec, RootfsImages images, Deadline deadline) {
    Conversion conversion = new Conversion(folder, images, deadline);
    try {
      for (int i = 0; i < spec.mounts().size(); i++) {
        if (isOfHost(spec.mounts().get(i))) {
          conversion.add(i, spec.mounts().get(i));
        }
      }
      return new EngineMounts(
          conversion.files,
          conversion.folders,
          conversion.trees,
          conversion.binds,
          conversion.resolver);
    } catch (RuntimeException e) {
      conversion.trees.forEach(tree -> tree.image().close());
      throw e;
    }
  }

  /** Collects what the mounts become. */
  private static final class Conversion {
    private final List<GuestFile> files = new ArrayList<>();
    private final List<FolderCopy> folders = new ArrayList<>();
    private final List<Tree> trees = new ArrayList<>();
    private final List<OciMount> binds = new ArrayList<>();
    private @Nullable FileCopy resolver;
    private final String place;
    private final RootfsImages images;
    private final Deadline deadline;

    Conversion(String place, RootfsImages images, Deadline deadline) {
      this.place = place;
      this.images = images;
      this.deadline = deadline;
    }

    void add(int index, OciMount mount) {
      Path source = Path.of(mount.source());
      String copy = FILES + place + "/" + name(mount.destination());
      Optional<String> shm = mount.destination().equals(SHM) ? memory(source) : Optional.empty();
      if (shm.isPresent()) {
        binds.add(shm(mount, shm.get()));
      } else if (Files.isRegularFile(source)) {
        FileCopy file = new FileCopy(mount.source(), copy);
        files.add(read(file));
        resolver = mount.destination().equals(RESOLVER) ? file : resolver;
        binds.add(new OciMount(mount.destination(), "bind", copy, mount.options()));
      } else {
        requireReadOnlyFolder(index, mount, source);
        FolderCopy folder = new FolderCopy(mount.source(), copy);
        content(folder)
            .ifPresentOrElse(
                content -> {
                  files.addAll(content.files());
                  folders.add(folder);
                  binds.add(new OciMount(mount.destination(), "bind", copy, mount.options()));
                },
                () ->
                    trees.add(
                        new Tree(images.fromDirectory(source, deadline), mount.destination())));
      }
    }
  }

  /** Returns the places of the folders that are copied: they follow the host's. */
  List<String> changing() {
    return binds.stream()
        .filter(bind -> folders.stream().anyMatch(it -> it.target().equals(bind.source())))
        .map(OciMount::destination)
        .toList();
  }

  /** The same in each container, whatever other mounts it has, and in whatever order. */
  private static String name(String destination) {
    return UUID.nameUUIDFromBytes(destination.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static Optional<FolderContent> content(FolderCopy folder) {
    try {
      return FolderContent.read(folder);
    } catch (IOException e) {
      throw new SandboxException(
          Reason.INVALID, "mount of %s: %s".formatted(folder.source(), ErrorText.of(e)), e);
    }
  }

  private static boolean isOfHost(OciMount mount) {
    Path source = Path.of(mount.source()).normalize();
    return mount.isBind() && EngineBundles.kernel().stream().noneMatch(source::startsWith);
  }

  /**
   * Returns the option that gives a file system in memory the size of the one that is mounted at
   * {@code source}; empty if none is.
   */
  private static Optional<String> memory(Path source) {
    try {
      FileStore store = Files.getFileStore(source);
      return store.type().equals(MEMORY) && isMounted(source)
          ? Optional.of("size=%dk".formatted(store.getTotalSpace() / KIB))
          : Optional.empty();
    } catch (IOException e) {
      throw new SandboxException(
          Reason.INVALID, "mount of %s: %s".formatted(source, ErrorText.of(e)), e);
    }
  }

  private static boolean isMounted(Path folder) throws IOException {
    Path parent = folder.toRealPath().getParent();
    return parent != null
        && !Files.getAttribute(parent, "unix:dev").equals(Files.getAttribute(folder, "unix:dev"));
  }

  private static OciMount shm(OciMount mount, String size) {
    List<String> options = new ArrayList<>(mount.options());
    options.removeAll(HOST_ONLY);
    options.add("mode=1777");
    options.add(size);
    return new OciMount(SHM, MEMORY, "shm", options);
  }

  private static GuestFile read(FileCopy file) {
    try {
      return file.read();
    } catch (IOException e) {
      throw new SandboxException(
          Reason.INVALID, "mount of %s: %s".formatted(file.source(), ErrorText.of(e)), e);
    }
  }

  private static void requireReadOnlyFolder(int index, OciMount mount, Path source) {
    if (!Files.isDirectory(source)) {
      throw new SandboxException(
          Reason.INVALID,
          "mounts[%d].source: %s is not a file or folder, so it cannot be in a VM"
              .formatted(index, source));
    }
    if (!mount.options().contains("ro")) {
      throw new SandboxException(
          Reason.INVALID,
          "mounts[%d]: a VM cannot write to the folder %s of the host; mount it read-only (:ro)"
              .formatted(index, source));
    }
  }

  /** Returns {@code spec} with these mounts. Throws if it needs anything else of this host. */
  OciSpec applyTo(OciSpec spec) {
    OciSpec changed = spec.withoutMounts(EngineMounts::isOfHost);
    changed.checkNoHostPaths();
    for (OciMount bind : binds) {
      changed = changed.withMount(bind);
    }
    return changed;
  }
}
