package io.vmfactory.guest.ttrpc;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.vmfactory.api.guest.v1.Identity;
import io.vmfactory.api.guest.v1.QuiesceResponse;
import io.vmfactory.api.guest.v1.SetIdentityResponse;
import io.vmfactory.api.kata.GuestDetailsResponse;
import io.vmfactory.api.kata.HealthCheckResponse;
import io.vmfactory.api.kata.Metrics;
import io.vmfactory.ttrpc.Rpc;

/** The agent's procedures. */
final class AgentRpcs {
  private static final String AGENT = "grpc.AgentService";
  private static final String GUEST = "vmfactory.guest.v1.Guest";

  static final Rpc<HealthCheckResponse> CHECK =
      new Rpc<>("grpc.Health", "Check", HealthCheckResponse.parser());
  static final Rpc<GuestDetailsResponse> GET_GUEST_DETAILS =
      agent("GetGuestDetails", GuestDetailsResponse.parser());
  static final Rpc<Empty> RESEED_RANDOM_DEV = agent("ReseedRandomDev", Empty.parser());
  static final Rpc<Empty> SET_GUEST_DATE_TIME = agent("SetGuestDateTime", Empty.parser());
  static final Rpc<Empty> ONLINE_CPU_MEM = agent("OnlineCPUMem", Empty.parser());
  static final Rpc<Metrics> GET_METRICS = agent("GetMetrics", Metrics.parser());
  static final Rpc<SetIdentityResponse> SET_IDENTITY =
      guest("SetIdentity", SetIdentityResponse.parser());
  static final Rpc<Identity> GET_IDENTITY = guest("GetIdentity", Identity.parser());
  static final Rpc<QuiesceResponse> QUIESCE = guest("Quiesce", QuiesceResponse.parser());

  private AgentRpcs() {}

  /** Returns a procedure of Kata's agent service. */
  static <R extends MessageLite> Rpc<R> agent(String method, Parser<R> answer) {
    return new Rpc<>(AGENT, method, answer);
  }

  /** Returns a procedure of vmfactory's own service. */
  static <R extends MessageLite> Rpc<R> guest(String method, Parser<R> answer) {
    return new Rpc<>(GUEST, method, answer);
  }
}
