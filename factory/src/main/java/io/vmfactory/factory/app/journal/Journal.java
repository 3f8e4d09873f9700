package io.vmfactory.factory.app.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmmException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The records of all VMs: one {@code vm.json}, mode 0600, in each VM's folder. A record is replaced
 * by renaming, so a reader finds the old one or the new one and never half of one. Not synced: the
 * folders live in {@code run_dir}, which is not there after a reboot.
 */
public final class Journal {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /**
   * Writes {@code record} in place of the one before.
   *
   * @throws UncheckedIOException when it cannot, naming the file; the one before is still there
   * @throws VmmException with reason {@code RESOURCES} when there is no room; the same
   */
  public void write(VmFolder folder, VmRecord record) {
    Path fresh = fresh(folder);
    try {
      Files.deleteIfExists(fresh);
      var ownerOnly =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      Files.createFile(fresh, ownerOnly);
      // Not a channel: those break when the thread is interrupted, and records matter most then.
      try (OutputStream out = new FileOutputStream(fresh.toFile())) {
        out.write(JSON.writeValueAsBytes(record));
      }
      Files.move(fresh, folder.record(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      discard(fresh);
      throw VmFolders.unwritten("cannot write the VM's record " + folder.record(), e);
    }
  }

  /**
   * The record in {@code folder}; empty = there is none.
   *
   * @throws UnreadableRecordException when there is one that makes no sense to this daemon
   */
  public Optional<VmRecord> read(VmFolder folder) {
    try {
      VmRecord record = JSON.readValue(Files.readAllBytes(folder.record()), VmRecord.class);
      if (record == null || record.version() != VmRecord.VERSION) {
        throw new UnreadableRecordException(
            folder.record() + " is not of format version " + VmRecord.VERSION, null);
      }
      return Optional.of(record);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new UnreadableRecordException(folder.record() + " is not a VM's record", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the VM's record " + folder.record(), e);
    }
  }

  private static void discard(Path fresh) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      return; // goes with the folder
    }
  }

  private static Path fresh(VmFolder folder) {
    return folder.path().resolve("vm.json.tmp");
  }
}
