package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.Directories;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnFolder;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The records of suspended VMs: a sealed file for each, named by the lease. */
final class SuspendedFiles {
  private static final int MOST_BYTES = 1 << 20;
  private static final String SUFFIX = ".json";

  private final Path folder;
  private final SealedJson<SuspendedVm> sealed;

  /** Makes the folder if it does not exist. */
  SuspendedFiles(Path folder, StoreSecret secret) {
    try {
      this.folder = OwnFolder.prepare(folder);
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED,
          "cannot use the folder of suspended VMs %s: %s".formatted(folder, ErrorText.of(e)),
          e);
    }
    this.sealed = new SealedJson<>(secret, "vmfactory suspended VM", "vm", SuspendedVm.class);
  }

  /** Reads all records. */
  Suspensions.Found all() {
    List<SuspendedVm> vms = new ArrayList<>();
    List<String> unreadable = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "[0-9a-f]*" + SUFFIX)) {
      for (Path file : files) {
        read(file, vms, unreadable);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the suspended VMs in " + folder, e);
    }
    return new Suspensions.Found(vms, unreadable);
  }

  private void read(Path file, List<SuspendedVm> vms, List<String> unreadable) {
    try {
      SuspendedVm vm = sealed.decode(OwnFile.read(file, MOST_BYTES));
      if (!file(vm.lease()).equals(file)) {
        throw new IOException("it is the record of another lease");
      }
      vms.add(vm);
    } catch (NoSuchFileException e) {
      // removed meanwhile
    } catch (IOException e) {
      unreadable.add("%s: %s".formatted(file, ErrorText.of(e)));
    }
  }

  void write(SuspendedVm vm) {
    try {
      OwnerOnly.replaceOnDisk(file(vm.lease()), sealed.encode(vm));
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED, "cannot record the suspended VM: " + ErrorText.of(e), e);
    }
  }

  void remove(SuspendedVm vm) {
    try {
      Files.deleteIfExists(file(vm.lease()));
      Directories.sync(folder);
    } catch (IOException e) {
      throw new TemplateException(
          Reason.FAILED, "cannot remove the record of the suspended VM: " + ErrorText.of(e), e);
    }
  }

  private Path file(String lease) {
    return folder.resolve(lease + SUFFIX);
  }
}
