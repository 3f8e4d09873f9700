package io.vmfactory.factory.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.configs.records.StoredJson;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.SwappedFile;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * The records of all VMs: one {@code vm.json}, mode 0600, in each VM's folder. A record is replaced
 * as a whole: if the daemon is killed, the file holds the old or the new record, never a mixture.
 * Records are not synced, since no VM outlives the host's kernel.
 */
public final class Journal {
  private static final JsonMapper JSON = StoredJson.mapper();

  /** Many times the size of a record. */
  private static final int MOST_BYTES = 1 << 20;

  /**
   * Replaces the record in {@code folder} by {@code record}.
   *
   * @throws UncheckedIOException if it cannot be written; names the file. The previous record is
   *     still there
   * @throws VmmException with reason {@code RESOURCES} if there is no room. The previous record is
   *     still there
   */
  public void write(VmFolder folder, VmRecord record) {
    try {
      file(folder).write(JSON.writeValueAsBytes(record));
    } catch (IOException e) {
      throw VmFolders.unwritten("cannot write the VM's record " + folder.record(), e);
    }
  }

  /**
   * Returns the record in {@code folder}; empty if there is none.
   *
   * @throws UnreadableRecordException if this daemon cannot read the record
   */
  public Optional<VmRecord> read(VmFolder folder) {
    try {
      VmRecord record = JSON.readValue(OwnFile.read(folder.record(), MOST_BYTES), VmRecord.class);
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
      throw new UncheckedIOException("cannot read the VM's record: " + e.getMessage(), e);
    }
  }

  private static SwappedFile file(VmFolder folder) {
    return new SwappedFile(folder.record(), folder.path().resolve("vm.json.tmp"));
  }
}
