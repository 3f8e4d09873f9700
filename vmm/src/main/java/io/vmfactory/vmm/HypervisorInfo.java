package io.vmfactory.vmm;

import java.nio.file.Path;
import java.util.List;

/**
 * The hypervisor that was found on this host.
 *
 * @param program the VMM's executable
 * @param version the version that the program reports, e.g. {@code 7.2.22}, with the distribution's
 *     suffix: device state is only sure to load into the same build
 * @param accelerator what executes guest code
 * @param acceleratorReason why this accelerator was chosen, for people
 * @param hostCpu the host CPU's model name from /proc/cpuinfo
 * @param protections what keeps VMs apart here, and what cannot
 */
public record HypervisorInfo(
    Path program,
    String version,
    Accelerator accelerator,
    String acceleratorReason,
    String hostCpu,
    List<Capability> protections) {
  public HypervisorInfo {
    protections = List.copyOf(protections);
  }

  /** Makes a hypervisor whose VMs are not kept apart. */
  public HypervisorInfo(
      Path program,
      String version,
      Accelerator accelerator,
      String acceleratorReason,
      String hostCpu) {
    this(program, version, accelerator, acceleratorReason, hostCpu, List.of());
  }

  /** Returns the same with what keeps VMs apart. */
  public HypervisorInfo with(List<Capability> found) {
    return new HypervisorInfo(program, version, accelerator, acceleratorReason, hostCpu, found);
  }
}
