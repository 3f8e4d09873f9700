package io.vmfactory.vmm.qemu;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * Keeps the answer of the KVM trial in a small file. It is valid for the same boot of the same
 * kernel with the same QEMU.
 *
 * @param file the file, which may be missing; its folder must exist
 */
record KvmAnswers(Path file) {
  private static final int MOST_BYTES = 1 << 16;

  Optional<Capability> recall(String circumstances) {
    Properties kept = new Properties();
    try {
      kept.load(new StringReader(new String(OwnFile.read(file, MOST_BYTES), ISO_8859_1)));
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
    try {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      kept.store(content, null);
      OwnerOnly.replace(file, content.toByteArray());
    } catch (IOException e) {
      throw new VmmException(Reason.FAILED, "cannot write " + file, e);
    }
  }
}
