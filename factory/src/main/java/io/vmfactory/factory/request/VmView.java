package io.vmfactory.factory.request;

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
    @Nullable VmMemory memory) {}
