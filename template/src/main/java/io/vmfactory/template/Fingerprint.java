package io.vmfactory.template;

import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.util.List;

/**
 * Everything that decides whether a template fits VMs of a spec on a host. Its digest is the
 * template's key.
 *
 * <p>The host CPU counts under every accelerator. Under TCG with CPU model {@code max} it could be
 * left out, but a rule without exceptions is worth more than the seconds that a rebuild on another
 * host costs there.
 *
 * @param format version of the store's format, {@link #FORMAT}
 * @param vmmVersion version that the VMM reports
 * @param vmmProgramSha256 SHA-256 of the VMM's executable, since two builds may report the same
 *     version
 * @param hostCpu model name of the host CPU
 * @param machine board, accelerator and CPU model
 * @param boot CPUs and memory at boot
 * @param max CPUs and memory at most
 * @param memorySlots hot-plug slots
 * @param kernel kernel, initial RAM disk and parameters
 * @param agent how the agent is reached
 * @param devices what can be attached to its clones
 */
record Fingerprint(
    int format,
    String vmmVersion,
    String vmmProgramSha256,
    String hostCpu,
    VmSpec.Machine machine,
    Sizing boot,
    Sizing max,
    int memorySlots,
    Kernel kernel,
    AgentTransport agent,
    VmSpec.Devices devices) {
  /**
   * The only format that this program writes and reads. Raised if the layout of the store changes,
   * and if the VMM gets other devices, since older device state does not fit them.
   */
  static final int FORMAT = 5;

  /**
   * What is booted, by content; where the files are does not matter.
   *
   * @param imageSha256 SHA-256 of the kernel image
   * @param initrdSha256 SHA-256 of the initial RAM disk
   * @param parameters kernel command line, in order
   */
  record Kernel(String imageSha256, String initrdSha256, List<String> parameters) {
    Kernel {
      parameters = List.copyOf(parameters);
    }
  }

  /** Returns the key of a template with this fingerprint. */
  TemplateKey key() {
    return new TemplateKey(Canonical.sha256("vmfactory template key", this));
  }
}
