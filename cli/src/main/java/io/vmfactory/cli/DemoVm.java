package io.vmfactory.cli;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestIdentity;
import java.time.Duration;
import java.time.Instant;

/**
 * One VM of the demonstration, after its agent has answered.
 *
 * @param handle the VM
 * @param identity the answer of the agent
 * @param answeredAfter the time from the request for the VM to that answer
 * @param clockOff the difference between its clock and the host's at that moment
 */
record DemoVm(VmHandle handle, GuestIdentity identity, Duration answeredAfter, Duration clockOff) {
  private static final com.google.protobuf.Duration LEASE =
      com.google.protobuf.Duration.newBuilder().setSeconds(300).build();
  private static final int RANDOM_BYTES = 8;

  /** Gets a VM by {@code route} and asks its agent for its identity. */
  static DemoVm get(FactoryClient client, Route route, WallClock clock, Deadline deadline) {
    GetVmRequest request =
        GetVmRequest.newBuilder().addRoutes(route).setOwner("demo").setLeaseTtl(LEASE).build();
    long start = System.nanoTime();
    VmHandle handle = client.getVm(request, deadline);
    try (GuestAgent agent = handle.agent(deadline)) {
      GuestIdentity identity = agent.identity(RANDOM_BYTES, deadline);
      Duration taken = Duration.ofNanos(System.nanoTime() - start);
      Instant now = clock.now();
      return new DemoVm(handle, identity, taken, Duration.between(identity.clock(), now).abs());
    }
  }
}
