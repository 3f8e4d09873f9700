package io.vmfactory.vmm.groups;

import java.util.Locale;

/** What a control group can bound, as far as VMs need it. */
enum Controller {
  MEMORY,
  PIDS,
  CPU;

  /** Returns the kernel's name. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
