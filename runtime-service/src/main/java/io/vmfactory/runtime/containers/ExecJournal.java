package io.vmfactory.runtime.containers;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.records.StoredJson;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which processes of this host stand for further processes in one container: a file for each, in
 * the folder of its sandbox, from before the process is started until the one that stands for it
 * has ended. So the next service watches them too.
 *
 * @param folder the folder of the sandbox
 * @param container the id of the container in it
 */
record ExecJournal(Path folder, String container) {
  private static final Logger log = LoggerFactory.getLogger(ExecJournal.class);
  private static final JsonMapper JSON = StoredJson.mapper();
  private static final String PREFIX = "exec-";
  private static final String SUFFIX = ".json";
  private static final int MOST_BYTES = 64 << 10;

  /** The only version that is written and read. */
  private static final int VERSION = 1;

  /**
   * A process that an engine has started.
   *
   * @param container the id of its container
   * @param exec its id
   * @param pid the process that stands for it on this host
   * @param startTicks the start time of that process, in clock ticks since boot
   * @param executable what it runs
   */
  private record Entry(
      int version, String container, String exec, int pid, long startTicks, String executable) {
    Entry {
      Objects.requireNonNull(container);
      Objects.requireNonNull(exec);
      Objects.requireNonNull(executable);
    }
  }

  /**
   * A process in the container, and the one that stands for it.
   *
   * @param file its file
   */
  record Exec(String id, ProcessIdentity standIn, Path file) {
    /** Removes its file. */
    void forget() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        log.warn("{} cannot be removed: {}", file, ErrorText.of(e));
      }
    }
  }

  /** Records a process that is about to be started. */
  Exec add(String id, ProcessIdentity by) {
    Path file = folder.resolve(PREFIX + VmId.random().shortened() + SUFFIX);
    String executable = by.executable().toString();
    Entry entry = new Entry(VERSION, container, id, by.pid(), by.startTicks(), executable);
    try {
      OwnerOnly.replace(file, JSON.writeValueAsBytes(entry));
      return new Exec(id, by, file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot record process %s: %s".formatted(id, ErrorText.of(e)), e);
    }
  }

  /** Returns all that an earlier service has left. What cannot be read is logged and left alone. */
  List<Exec> all() {
    List<Exec> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path file : files) {
        read(file, found);
      }
    } catch (IOException e) {
      log.warn("cannot list {}: {}", folder, ErrorText.of(e));
    }
    return found;
  }

  private void read(Path file, List<Exec> found) {
    try {
      Entry entry = JSON.readValue(OwnFile.read(file, MOST_BYTES), Entry.class);
      if (entry != null && entry.version() == VERSION && entry.container().equals(container)) {
        Path executable = Path.of(entry.executable());
        found.add(
            new Exec(
                entry.exec(),
                new ProcessIdentity(entry.pid(), entry.startTicks(), executable),
                file));
      }
    } catch (JacksonException e) {
      log.warn("{} is not the record of a process; left alone: {}", file, e.getOriginalMessage());
    } catch (IOException e) {
      log.warn("cannot read {}; left alone: {}", file, ErrorText.of(e));
    }
  }
}
