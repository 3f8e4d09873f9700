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
 * @param identity which process
 * @param phase where in its life
 * @param folder its sockets and logs
 * @param sizing what it really has
 * @param templateKey hex; empty on route COLD
 * @param hostname as set in the guest
 * @param route how it came to be
 * @param createdAt when it was handed out
 * @param memory measured memory; null = not measured
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
