package io.vmfactory.ttrpc;

import com.google.protobuf.ByteString;
import io.vmfactory.api.ttrpc.Response;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.StreamSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A sent call that waits for its answer.
 *
 * @param what the call's name in errors
 * @param stream its stream id
 * @param answer completes with the answer; fails when the connection breaks
 */
record Pending(String what, int stream, CompletableFuture<Response> answer) {

  /** Waits for the payload. Throws when the other side refused or did not answer. */
  ByteString await(StreamSocket socket, Deadline deadline) {
    deadline.check(what); // the other side may have answered although it knew that no time is left
    return payload(socket.await(answer, what, deadline));
  }

  /** Completes with the payload. Fails when the other side refuses or the connection breaks. */
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
    return TtrpcException.ofCall(code, what, reason);
  }
}
