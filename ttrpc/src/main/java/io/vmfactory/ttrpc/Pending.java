package io.vmfactory.ttrpc;

import com.google.protobuf.ByteString;
import io.vmfactory.api.ttrpc.Response;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.StreamSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A call that was sent and waits for its answer.
 *
 * @param what the call, as it reads in an error
 * @param stream its id
 * @param answer completes when it is answered, fails when the connection is gone
 */
record Pending(String what, int stream, CompletableFuture<Response> answer) {

  /** The payload of the answer; throws when the other side refused or never answered. */
  ByteString await(StreamSocket socket, Deadline deadline) {
    deadline.check(
        what); // the other side may have answered though it was told that no time is left
    return payload(socket.await(answer, what, deadline));
  }

  /** The payload of the answer; fails when the other side refuses or the connection breaks. */
  CompletionStage<ByteString> payload() {
    return answer.thenApply(this::payload);
  }

  private ByteString payload(Response response) {
    if (response.getStatus().getCode() != 0) {
      throw failure(response.getStatus().getCode(), response.getStatus().getMessage());
    }
    return response.getPayload();
  }

  void connectionGone(String reason) {
    answer.completeExceptionally(
        failure(TtrpcException.UNAVAILABLE, "the connection is gone: " + reason));
  }

  private TtrpcException failure(int code, String reason) {
    return new TtrpcException(code, what + " failed: " + reason, null);
  }
}
