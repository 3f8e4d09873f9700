package io.vmfactory.vmm;

/** What executes guest code. */
public enum Accelerator {
  /** The host's KVM: hardware virtualisation. */
  KVM,
  /** QEMU's own translator: works everywhere, 10 to 50 times slower. */
  TCG;

  /** Returns the name that QEMU and the wire use. */
  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
