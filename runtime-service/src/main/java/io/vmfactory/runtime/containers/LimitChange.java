package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Sizing;

/** A change of a container's limits, which its VM must have room for. */
final class LimitChange {
  private LimitChange() {}

  /** Lets the VM grow if it is smaller than {@code size}. */
  static void makeRoom(SandboxRuntime runtime, Sandbox in, Sizing size, Deadline deadline) {
    SandboxVm vm = in.status(deadline).vm();
    if (vm != null && !new Sizing(vm.vcpus(), vm.memoryMib()).shortOf(size).isZero()) {
      runtime.growVm(in.id(), size, deadline);
    }
  }
}
