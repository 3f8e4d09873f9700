package io.vmfactory.guest;

import java.util.List;

/** Settings that belong to the kernel and initrd of {@code guest/image}. */
public final class GuestImage {
  /**
   * Initialisers that no user of a VM needs: two self-checks, and the tracer's names and folders.
   */
  private static final List<String> SKIPPED =
      List.of(
          "ftrace_check_for_weak_functions",
          "trace_eval_init",
          "tracer_init_tracefs",
          "crypto_kdf108_init");

  /** The kernel's command line; guest/README.md gives the reasons. */
  public static final List<String> KERNEL_PARAMETERS =
      List.of(
          "console=ttyS0",
          "quiet",
          "panic=-1",
          "reboot=t",
          "random.trust_cpu=on",
          "swiotlb=noforce",
          "cryptomgr.notests",
          "no_timer_check",
          "noreplace-smp",
          "pcie_ports=compat",
          "initcall_blacklist=" + String.join(",", SKIPPED));

  private GuestImage() {}
}
