package io.vmfactory.guest;

import java.util.List;

/** What belongs to kernel and initrd of {@code guest/image}. */
public final class GuestImage {
  /** The kernel's command line that guest/README.md recommends, and says why. */
  public static final List<String> KERNEL_PARAMETERS =
      List.of(
          "console=ttyS0",
          "quiet",
          "panic=-1",
          "reboot=t",
          "random.trust_cpu=on",
          "swiotlb=noforce",
          "cryptomgr.notests",
          "no_timer_check");

  private GuestImage() {}
}
