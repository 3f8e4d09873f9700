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
 * One VM of the demonstration, which has answered.
 *
 * @param handle the VM
 * @param identity what it answered
 * @param answeredAfter from the request for a VM to that answer
 * @param clockOff how far its clock was from the host's when it answered
 */
record DemoVm(VmHandle handle, GuestIdentity identity, Duration answeredAfter, Duration clockOff) {
  private static final com.google.protobuf.Duration LEASE =
      com.google.protobuf.Duration.newBuilder().setSeconds(300).build();
  private static final int RANDOM_BYTES = 8;

  /** Gets a VM by {@code route} and asks who it is. */
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
