package io.vmfactory.guest.ttrpc;

import com.google.protobuf.MessageLite;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.ttrpc.Rpc;
import io.vmfactory.ttrpc.TtrpcConnection;
import io.vmfactory.ttrpc.TtrpcException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * One connection to an agent. Reports every failure as {@link GuestException}.
 *
 * @param connection carries the calls
 */
record AgentConnection(TtrpcConnection connection) implements AutoCloseable {

  /** Makes one call and waits for its answer. */
  <R extends MessageLite> R call(Rpc<R> rpc, MessageLite request, Deadline deadline) {
    try {
      return connection.call(rpc, request, deadline);
    } catch (TtrpcException e) {
      throw translated(e);
    }
  }

  /** Makes one call without a time limit, see {@link TtrpcConnection#start}. */
  <R extends MessageLite> CompletionStage<R> start(Rpc<R> rpc, MessageLite request) {
    try {
      return connection
          .start(rpc, request)
          .exceptionally(
              failure -> {
                throw failed(failure);
              });
    } catch (TtrpcException e) {
      throw translated(e);
    }
  }

  private static RuntimeException failed(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof TtrpcException e) {
      return translated(e);
    }
    return failure instanceof CompletionException e ? e : new CompletionException(failure);
  }

  /** Sends {@code calls} in one write. The caller waits for the answers until {@code deadline}. */
  Exchange send(List<Rpc.Call> calls, Deadline deadline) {
    try {
      return new Exchange(connection.send(calls, deadline));
    } catch (TtrpcException e) {
      throw translated(e);
    }
  }

  /** Calls that were sent together, see {@link TtrpcConnection.Exchange}. */
  record Exchange(TtrpcConnection.Exchange sent) {
    /** Waits until each call is answered. */
    void await() {
      try {
        sent.await();
      } catch (TtrpcException e) {
        throw translated(e);
      }
    }

    /**
     * Waits until each call is answered. Returns the answer to one of them, which was {@code rpc}.
     *
     * @param index of the call, from 0
     */
    <R extends MessageLite> R await(int index, Rpc<R> rpc) {
      try {
        return rpc.read(sent.await().get(index));
      } catch (TtrpcException e) {
        throw translated(e);
      }
    }
  }

  private static GuestException translated(TtrpcException e) {
    return new GuestException(e.code(), e.reason(), e);
  }

  /** Completes with the reason when the connection breaks or is closed from this side. */
  CompletionStage<String> broken() {
    return connection.broken();
  }

  @Override
  public void close() {
    connection.close();
  }
}
