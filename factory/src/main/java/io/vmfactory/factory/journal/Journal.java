package io.vmfactory.factory.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.linux.SwappedFile;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * The records of all VMs: one {@code vm.json}, mode 0600, in each VM's folder. A record is replaced
 * whole: whenever the daemon is killed, there is the old one or the new one and never half of one.
 * Not synced: no VM outlives the host's kernel.
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
    try {
      file(folder).write(JSON.writeValueAsBytes(record));
    } catch (IOException e) {
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
      if (record == null || !record.readable()) {
        throw new UnreadableRecordException(
            "%s is not of format version %d..%d"
                .formatted(folder.record(), VmRecord.OLDEST, VmRecord.VERSION),
            null);
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

  private static SwappedFile file(VmFolder folder) {
    return new SwappedFile(folder.record(), folder.path().resolve("vm.json.tmp"));
  }
}
