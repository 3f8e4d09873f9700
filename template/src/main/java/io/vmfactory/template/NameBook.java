package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.linux.PathLock;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Which templates have which names: a file with the seal of the store's secret, replaced as a whole
 * at each change. Thread-safe, and safe between processes.
 */
public final class NameBook implements Names {
  private static final int MOST_BYTES = 16 << 20;

  /** A change takes milliseconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Path file;
  private final Path lock;
  private final NamesCodec codec;
  private final FileCache<List<TemplateVersions>> known = new FileCache<>(1, this::read);

  /**
   * Opens the book.
   *
   * @param file made at the first change; its folder must exist
   * @param secret as in {@link StorePlace}
   * @throws TemplateException if the file is damaged or altered; the message names the remedy
   */
  public NameBook(Path file, Path secret) {
    this.file = file;
    this.lock = file.resolveSibling(file.getFileName() + ".lock");
    this.codec = new NamesCodec(StoreSecret.at(secret));
    all();
  }

  @Override
  public boolean exists() {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<TemplateVersions> all() {
    return written().stream().filter(one -> !one.isEnded()).toList();
  }

  /** Returns all names that are in the file, also those without versions. */
  private List<TemplateVersions> written() {
    try {
      return known.of(file);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public void addAll(Map<TemplateName, TemplateKey> keys) {
    change(
        names ->
            keys.forEach(
                (name, key) -> {
                  TemplateVersions versions = names.get(name);
                  if (versions == null) {
                    versions = TemplateVersions.ended(name, EndedNames.first(names, name));
                  }
                  names.put(name, versions.plus(key));
                }));
  }

  @Override
  public void rollBack(TemplateName name, int version) {
    change(
        names -> {
          TemplateVersions versions = names.get(name);
          names.put(
              name,
              Optional.ofNullable(versions)
                  .flatMap(all -> all.at(version))
                  .orElseThrow(
                      () ->
                          new TemplateException(
                              Reason.NOT_FOUND,
                              "no template %s:%d".formatted(name.name(), version))));
        });
  }

  @Override
  public void forget(TemplateVersions versions) {
    change(
        names ->
            names.computeIfPresent(versions.name(), (same, now) -> now.minus(versions.versions())));
  }

  @Override
  public void remove(TemplateKey key) {
    nameOf(key)
        .ifPresent(
            found ->
                change(
                    names ->
                        names.computeIfPresent(
                            found.name(),
                            (same, now) -> now.minus(now.of(key).stream().toList()))));
  }

  /** Each change begins with what is in the file, which another process may have changed. */
  private synchronized void change(Consumer<Map<TemplateName, TemplateVersions>> edit) {
    try (PathLock held =
        PathLock.lock(List.of(lock), "the names of templates", Deadline.after(PATIENCE))) {
      Map<TemplateName, TemplateVersions> names = new TreeMap<>();
      written().forEach(one -> names.put(one.name(), one));
      edit.accept(names);
      EndedNames.bound(names);
      OwnerOnly.replaceOnDisk(file, codec.encode(List.copyOf(names.values())));
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED, "cannot write the names of templates: " + ErrorText.of(e), e);
    }
  }

  private List<TemplateVersions> read(Path path) throws IOException {
    return codec.decode(OwnFile.read(path, MOST_BYTES));
  }

  private TemplateException unreadable(IOException e) {
    return new TemplateException(
        Reason.FAILED,
        "cannot read the names of templates in %s: %s; restore the file, or remove it: then the templates get names that begin with lost-"
            .formatted(file, ErrorText.of(e)),
        e);
  }
}
