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
      agent("GetGuestDetails", GuestDetailsResponse.parser());
  static final Rpc<Empty> RESEED_RANDOM_DEV = agent("ReseedRandomDev", Empty.parser());
  static final Rpc<Empty> SET_GUEST_DATE_TIME = agent("SetGuestDateTime", Empty.parser());
  static final Rpc<Empty> ONLINE_CPU_MEM = agent("OnlineCPUMem", Empty.parser());
  static final Rpc<Metrics> GET_METRICS = agent("GetMetrics", Metrics.parser());
  static final Rpc<SetIdentityResponse> SET_IDENTITY =
      guest("SetIdentity", SetIdentityResponse.parser());
  static final Rpc<Identity> GET_IDENTITY = guest("GetIdentity", Identity.parser());
  static final Rpc<QuiesceResponse> QUIESCE = guest("Quiesce", QuiesceResponse.parser());

  private static final int INTERNAL = 13;

  /** A frame also holds the names of service and procedure, and the time limit. */
  private static final int MAX_REQUEST_BYTES = Frame.MAX_DATA_BYTES - 256;

  /** A procedure of Kata's agent service. */
  static <R extends MessageLite> Rpc<R> agent(String method, Parser<R> answer) {
    return new Rpc<>(AGENT, method, answer);
  }

  /** A procedure of vmfactory's own service. */
  static <R extends MessageLite> Rpc<R> guest(String method, Parser<R> answer) {
    return new Rpc<>(GUEST, method, answer);
  }

  /** This procedure called with {@code request}, which must fit one frame. */
  Call with(MessageLite request) {
    if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
      throw new GuestException(
          GuestException.RESOURCE_EXHAUSTED,
          "%s failed: its request has %d bytes, the protocol allows %d"
              .formatted(this, request.getSerializedSize(), MAX_REQUEST_BYTES),
          null);
    }
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
