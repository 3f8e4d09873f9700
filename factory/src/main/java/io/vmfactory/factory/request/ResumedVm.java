package io.vmfactory.factory.request;

import io.vmfactory.template.SuspendedVm;
import org.jspecify.annotations.Nullable;

/**
 * A VM that runs again.
 *
 * @param granted the VM with its lease; no hops if it ran
 * @param was what it was while it was suspended; null if it was paused, or ran
 */
public record ResumedVm(GrantedVm granted, @Nullable SuspendedVm was) {}
