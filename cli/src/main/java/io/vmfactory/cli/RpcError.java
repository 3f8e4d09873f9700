package io.vmfactory.cli;

import java.io.IOException;

/**
 * An error reply of the daemon: google.rpc.Status as JSON.
 *
 * @param code the number of the gRPC status code
 * @param message what is wrong, for the user
 * @param retrySeconds when to try again, as written by the daemon ({@code "2s"}); empty if it gave
 *     no advice
 */
record RpcError(int code, String message, String retrySeconds) {
  /**
   * Reads the body of {@code reply}.
   *
   * @throws IOException if the daemon did not write it
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
    String remedy = retrySeconds.isEmpty() ? "" : "try again in " + retrySeconds;
    return new CliException(Exit.ofRpc(code), message, remedy);
  }
}
