package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/**
 * Keeps the answer of the KVM trial in a small file. It is valid for the same boot of the same
 * kernel with the same QEMU.
 *
 * @param file the file, which may be missing; its folder must exist
 */
record KvmAnswers(Path file) {

  Optional<Capability> recall(String circumstances) {
    Properties kept = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      kept.load(in);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // No answer yet, or an unreadable one: the trial is repeated.
    }
    if (!circumstances.equals(kept.getProperty("circumstances"))) {
      return Optional.empty();
    }
    String why = kept.getProperty("why", "");
    boolean usable = Boolean.parseBoolean(kept.getProperty("usable"));
    return Optional.of(usable ? Capability.yes("kvm", why) : Capability.no("kvm", why));
  }

  void keep(String circumstances, Capability answer) {
    Properties kept = new Properties();
    kept.setProperty("circumstances", circumstances);
    kept.setProperty("usable", Boolean.toString(answer.usable()));
    kept.setProperty("why", answer.why());
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(fresh);
      OwnerOnly.create(fresh);
      try (Writer out = Files.newBufferedWriter(fresh)) {
        kept.store(out, null);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new VmmException(Reason.FAILED, "cannot write " + file, e);
    }
  }
}
