package io.vmfactory.guest.oci;

import io.vmfactory.api.kata.Process;

/** What a process is: {@code process} of an OCI runtime specification. Immutable. */
public final class OciProcess {
  private final Process process;

  OciProcess(Process process) {
    this.process = process;
  }

  /** As the wire has it. */
  public Process proto() {
    return process;
  }
}
