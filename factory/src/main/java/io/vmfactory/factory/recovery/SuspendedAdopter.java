package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.vm.HostedVm;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Ends a VM whose lease is suspended: the earlier daemon was killed when the VM was on disk and its
 * process had not ended yet, or when it had made the VM again and not yet said so.
 *
 * @param complaints receives the reason if the VM cannot be ended
 */
record SuspendedAdopter(Consumer<String> complaints) implements Adopter {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Override
  public Duration limit() {
    return LIMIT;
  }

  @Override
  public boolean hasCustomer() {
    return false;
  }

  @Override
  public boolean take(HostedVm hosted, Deadline deadline) {
    return false;
  }

  @Override
  public void lost(String why) {
    complaints.accept(why);
  }
}
