package io.vmfactory.factory.request;

import io.vmfactory.vmm.Sizing;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A valid request, with the defaults filled in.
 *
 * @param client the user that the VM will belong to
 * @param wanted vCPUs and memory that the VM must have
 * @param exact whether the VM must have them when its state is loaded, since nothing is plugged
 *     later
 * @param named the requested template; null means any that fits
 * @param routes routes in the order to try, at least one
 * @param ttl time to live of the lease
 * @param hostname hostname of the guest; empty means one made from the VM's id
 * @param owner free text
 */
public record Order(
    Peer client,
    Sizing wanted,
    boolean exact,
    @Nullable TemplateView named,
    List<Route> routes,
    Duration ttl,
    String hostname,
    String owner) {}
