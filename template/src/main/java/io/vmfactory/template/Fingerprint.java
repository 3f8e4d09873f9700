package io.vmfactory.template;

import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmSpec;
import java.util.List;

/**
 * Everything that decides whether a template may stand for a VM of some spec on some host; its
 * digest is the template's key.
 *
 * <p>The host CPU counts under every accelerator. Under TCG with CPU model {@code max} it could be
 * left out, but a rule without exceptions is worth more than the seconds a rebuild on another host
 * costs there.
 *
 * @param format version of what the store holds, {@link #FORMAT}
 * @param vmmVersion version of the VMM as it says itself
 * @param vmmProgramSha256 SHA-256 of the VMM's executable: two builds may call themselves the same
 * @param hostCpu the host CPU's model name
 * @param machine board, accelerator and CPU model
 * @param boot CPUs and memory at boot
 * @param max CPUs and memory at most
 * @param memorySlots hot-plug slots
 * @param kernel what it boots
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
   * The one format this program writes and reads. Raised when the layout of the store changes, and
   * when the VMM is given other devices, since older device state does not fit them.
   */
  static final int FORMAT = 3;

  /**
   * What is booted, by content: where the files are does not matter.
   *
   * @param imageSha256 SHA-256 of the kernel image
   * @param initrdSha256 SHA-256 of the initial ramdisk
   * @param parameters kernel command line, in order
   */
  record Kernel(String imageSha256, String initrdSha256, List<String> parameters) {
    Kernel {
      parameters = List.copyOf(parameters);
    }
  }

  /** The key of a template with this fingerprint. */
  TemplateKey key() {
    return new TemplateKey(Canonical.sha256("vmfactory template key", this));
  }
}
