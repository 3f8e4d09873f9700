package io.vmfactory.factory.request;

import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Sizing;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that was found valid, with the defaults filled in.
 *
 * @param wanted what the VM shall have
 * @param exact it must have that when its state is loaded: nobody will hot-plug the rest
 * @param named the template asked for; null = whichever fits
 * @param routes in the order to try, at least one
 * @param ttl of the lease
 * @param hostname empty = made from the VM's id
 * @param owner free text
 */
public record Order(
    Sizing wanted,
    boolean exact,
    @Nullable TemplateInfo named,
    List<Route> routes,
    Duration ttl,
    String hostname,
    String owner) {}
