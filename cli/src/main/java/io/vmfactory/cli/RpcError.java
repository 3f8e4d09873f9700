package io.vmfactory.cli;

import java.io.IOException;

/**
 * A refusal by the daemon: google.rpc.Status as JSON.
 *
 * @param code number of the gRPC code
 * @param message what is wrong, for people
 * @param retrySeconds when asking again makes sense, as the daemon wrote it ({@code "2s"}); empty =
 *     it did not say
 */
record RpcError(int code, String message, String retrySeconds) {
  /**
   * Reads the body of {@code reply}.
   *
   * @throws IOException when it is none of the daemon's
   */
  static RpcError of(HttpReply reply) throws IOException {
    JsonValue body;
    try {
      body = JsonValue.parse(reply.body());
    } catch (IOException e) {
      throw new IOException("HTTP status " + reply.status(), e);
    }
    String retry =
        body.list("details").stream()
            .map(detail -> detail.text("retryDelay"))
            .filter(delay -> !delay.isEmpty())
            .findFirst()
            .orElse("");
    return new RpcError((int) body.number("code"), body.text("message"), retry);
  }

  CliException toException() {
    String remedy = retrySeconds.isEmpty() ? "" : "ask again in " + retrySeconds;
    return new CliException(Exit.ofRpc(code), message, remedy);
  }
}
