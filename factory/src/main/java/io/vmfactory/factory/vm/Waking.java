package io.vmfactory.factory.vm;

import io.vmfactory.guest.GuestAgent;

/** A VM that runs since a moment ago and whose guest has not answered yet. */
public interface Waking {
  /**
   * Waits until the guest answers, is unlike any other and has the right time.
   *
   * @return the agent. If this throws, the VM must be ended
   */
  GuestAgent await();
}
