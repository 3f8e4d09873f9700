package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnFolder;
import io.vmfactory.linux.Trees;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Templates on disk: one directory each, named by the key. Thread-safe, and safe between processes.
 */
final class TemplateStore {
  static final String DELETED_PREFIX = ".deleted-";
  private static final int MOST_MANIFEST_BYTES = 1 << 20;

  private static final int MOST_MANIFESTS = 1024;

  private final Path root;
  private final Path overlays;
  private final ManifestCodec codec;
  private final FileCache<Manifest> manifests = new FileCache<>(MOST_MANIFESTS, this::read);

  /**
   * Opens the store, makes it if it does not exist, and removes what dead builds left.
   *
   * @throws TemplateException if the store cannot be made, or another user can write into it; the
   *     message names the remedy
   */
  TemplateStore(StorePlace place) {
    try {
      this.root = OwnFolder.prepare(place.folder());
      StoreSweep.run(this.root);
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED,
          "cannot open the template store %s: %s".formatted(place.folder(), ErrorText.of(e)),
          e);
    }
    this.overlays = place.overlays();
    this.codec = new ManifestCodec(StoreSecret.at(place.secret()));
  }

  /** Returns what seals the manifests of this store. */
  ManifestCodec codec() {
    return codec;
  }

  /** Returns the folder for the copy-on-write files of clones. */
  Path overlays() {
    return overlays;
  }

  /** Makes a folder for a new template, after removing those of dead builds. */
  BuildWorkspace workspace() throws IOException {
    StoreSweep.run(root);
    return BuildWorkspace.create(root);
  }

  /** Returns the files of the template with that key, whether or not it exists. */
  TemplateFiles files(TemplateKey key) {
    return new TemplateFiles(root.resolve(key.hex()));
  }

  /** Returns the keys of all templates, in no order. */
  List<TemplateKey> keys() {
    List<TemplateKey> keys = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "[0-9a-f]*")) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (TemplateKey.isKey(name)) {
          keys.add(new TemplateKey(name));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the template store " + root, e);
    }
    return keys;
  }

  /**
   * Returns the template's manifest.
   *
   * @throws TemplateException with reason {@code NOT_FOUND}, or {@code REFUSED} if the manifest is
   *     unreadable, altered, or another template's
   */
  Manifest manifest(TemplateKey key) {
    try {
      OwnFolder.require(files(key).directory());
      Manifest manifest = manifests.of(files(key).manifest());
      if (!manifest.key().equals(key.hex())) {
        throw refused("the manifest is that of template " + manifest.key(), null);
      }
      return manifest;
    } catch (IOException e) {
      if (Files.exists(files(key).directory(), LinkOption.NOFOLLOW_LINKS)) {
        throw refused("manifest unreadable: " + ErrorText.of(e), e);
      }
      throw notFound(key, e);
    }
  }

  private Manifest read(Path file) throws IOException {
    return codec.decode(OwnFile.read(file, MOST_MANIFEST_BYTES));
  }

  private static TemplateException refused(String why, @Nullable Throwable cause) {
    return new TemplateException(Reason.REFUSED, why, cause);
  }

  /**
   * Removes the template.
   *
   * @throws TemplateException with reason {@code NOT_FOUND}
   */
  void delete(TemplateKey key) {
    Path away = root.resolve(DELETED_PREFIX + UUID.randomUUID());
    try {
      Files.move(files(key).directory(), away, StandardCopyOption.ATOMIC_MOVE);
      Trees.delete(away);
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw notFound(key, e);
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED, "cannot delete template %s: %s".formatted(key.shortened(), e), e);
    }
  }

  private static TemplateException notFound(TemplateKey key, IOException cause) {
    return new TemplateException(
        Reason.NOT_FOUND, "no template %s; build it first".formatted(key), cause);
  }
}
