package io.vmfactory.runtime.containers;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.client.sandbox.state.SandboxStore;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.records.StoredJson;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of the containers, each a file in the folder of its sandbox. A record is replaced as
 * a whole, and ends with the folder. Nothing is synced to disk, because no VM survives the host's
 * kernel.
 *
 * @param sandboxes the folders of the sandboxes
 */
record ContainerJournal(SandboxStore sandboxes) {
  private static final Logger log = LoggerFactory.getLogger(ContainerJournal.class);

  private static final JsonMapper JSON = StoredJson.mapper();

  /** Begins the name of the record of a container that shares another one's sandbox. */
  private static final String GUEST = "container.";

  /** Many times the size of a record. */
  private static final int MOST_BYTES = 4 << 20;

  /** Returns the folder of a container's sandbox, where its output is too. */
  Path folder(ContainerRecord record) {
    return sandboxes.folder(record.sandbox());
  }

  /** Returns whether the container's sandbox still has a record. */
  boolean exists(ContainerRecord record) {
    return sandboxes.isKept(record.sandbox());
  }

  /** Returns whether the container's sandbox exists. */
  boolean hasSandbox(ContainerRecord record) {
    return sandboxes.read(record.sandbox()).isPresent();
  }

  /** Replaces the record of a container. Its sandbox must exist. */
  void write(ContainerRecord record) {
    try {
      OwnerOnly.replace(file(record), JSON.writeValueAsBytes(record));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot write the record of container %s: %s".formatted(record.name(), ErrorText.of(e)),
          e);
    }
  }

  /** Removes the record of a container. Has no effect if it is gone, or its sandbox is. */
  void remove(ContainerRecord record) {
    try {
      Files.deleteIfExists(file(record));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot remove the record of container %s: %s".formatted(record.name(), ErrorText.of(e)),
          e);
    }
  }

  /** Returns all records that this version can read. The others are logged and left alone. */
  List<ContainerRecord> all() {
    return sandboxes.ids().stream()
        .flatMap(id -> files(sandboxes.folder(id)).stream())
        .flatMap(file -> read(file).stream())
        .toList();
  }

  /**
   * Returns the records in the folder of a sandbox: of the container that has it, and of others.
   */
  private static List<Path> files(Path folder) {
    List<Path> files = new ArrayList<>(List.of(folder.resolve(SandboxStore.KEPT)));
    try (DirectoryStream<Path> guests = Files.newDirectoryStream(folder, GUEST + "*.json")) {
      guests.forEach(files::add);
    } catch (IOException e) {
      log.debug("{}: {}", folder, ErrorText.of(e)); // it was removed meanwhile
    }
    return files;
  }

  private static Optional<ContainerRecord> read(Path file) {
    try {
      ContainerRecord record =
          JSON.readValue(OwnFile.read(file, MOST_BYTES), ContainerRecord.class);
      if (record != null && record.version() == ContainerRecord.VERSION) {
        return Optional.of(record);
      }
      log.warn("{} is not of format version {}; left alone", file, ContainerRecord.VERSION);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      log.warn("{} is not the record of a container; left alone: {}", file, e.getOriginalMessage());
    } catch (IOException e) {
      log.warn("cannot read {}; left alone: {}", file, ErrorText.of(e));
    }
    return Optional.empty();
  }

  private Path file(ContainerRecord record) {
    return folder(record)
        .resolve(record.sharesVm() ? GUEST + record.id() + ".json" : SandboxStore.KEPT);
  }
}
