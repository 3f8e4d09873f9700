package io.vmfactory.guest.ttrpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.vmfactory.api.guest.v1.Identity;
import io.vmfactory.api.guest.v1.QuiesceResponse;
import io.vmfactory.api.guest.v1.SetIdentityResponse;
import io.vmfactory.api.kata.GuestDetailsResponse;
import io.vmfactory.api.kata.HealthCheckResponse;
import io.vmfactory.api.kata.Metrics;
import io.vmfactory.guest.GuestException;

/**
 * One procedure of the agent.
 *
 * @param service its service as the wire names it
 * @param method its name
 * @param answer how its answer is read
 */
record Rpc<R extends MessageLite>(String service, String method, Parser<R> answer) {
  private static final String AGENT = "grpc.AgentService";
  private static final String GUEST = "vmfactory.guest.v1.Guest";

  static final Rpc<HealthCheckResponse> CHECK =
      new Rpc<>("grpc.Health", "Check", HealthCheckResponse.parser());
  static final Rpc<GuestDetailsResponse> GET_GUEST_DETAILS =
      new Rpc<>(AGENT, "GetGuestDetails", GuestDetailsResponse.parser());
  static final Rpc<Empty> RESEED_RANDOM_DEV = new Rpc<>(AGENT, "ReseedRandomDev", Empty.parser());
  static final Rpc<Empty> SET_GUEST_DATE_TIME =
      new Rpc<>(AGENT, "SetGuestDateTime", Empty.parser());
  static final Rpc<Empty> ONLINE_CPU_MEM = new Rpc<>(AGENT, "OnlineCPUMem", Empty.parser());
  static final Rpc<Metrics> GET_METRICS = new Rpc<>(AGENT, "GetMetrics", Metrics.parser());
  static final Rpc<SetIdentityResponse> SET_IDENTITY =
      new Rpc<>(GUEST, "SetIdentity", SetIdentityResponse.parser());
  static final Rpc<Identity> GET_IDENTITY = new Rpc<>(GUEST, "GetIdentity", Identity.parser());
  static final Rpc<QuiesceResponse> QUIESCE = new Rpc<>(GUEST, "Quiesce", QuiesceResponse.parser());

  private static final int INTERNAL = 13;

  /** This procedure called with {@code request}. */
  Call with(MessageLite request) {
    return new Call(this, request.toByteString());
  }

  /** Reads an answer's payload. */
  R read(ByteString payload) {
    try {
      return answer.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new GuestException(INTERNAL, "the answer to " + this + " cannot be read", e);
    }
  }

  @Override
  public String toString() {
    return service + "/" + method;
  }

  /** A procedure and what it is asked. */
  record Call(Rpc<?> rpc, ByteString request) {}
}
