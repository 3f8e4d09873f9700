package io.vmfactory.factory.request;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.VmMemory;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmPhase;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A VM as a client sees it.
 *
 * @param identity the VM's process
 * @param phase phase of its life
 * @param folder its sockets and logs
 * @param sizing vCPUs and memory that it really has
 * @param templateKey hex; empty on route COLD
 * @param hostname name set in the guest
 * @param route how it was made
 * @param createdAt when it was handed out
 * @param memory measured memory; null if not measured
 */
public record VmView(
    VmIdentity identity,
    VmPhase phase,
    VmFolder folder,
    Sizing sizing,
    String templateKey,
    String hostname,
    Route route,
    Instant createdAt,
    @Nullable VmMemory memory) {

  /** Returns a VM that was given away. */
  public static VmView ofBase(VmIdentity process, VmFolder folder, VmRecord record, Route route) {
    return new VmView(
        process,
        VmPhase.DETACHED,
        folder,
        record.sizing(),
        record.templateKey(),
        "",
        route,
        Instant.parse(record.madeAt()),
        null);
  }

  /**
   * Returns a VM that was handed out, as it is now.
   *
   * @param memory measured memory; null = not measured
   */
  public static VmView of(HostedVm vm, @Nullable VmMemory memory) {
    VmRecord record = vm.record();
    return new VmView(
        vm.vm().identity(),
        vm.vm().phase(),
        vm.folder(),
        record.sizing(),
        record.templateKey(),
        record.hostname(),
        Route.valueOf(record.route()),
        Instant.parse(record.madeAt()),
        memory);
  }
}
