package io.vmfactory.factory.calls;

import com.google.rpc.Status;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Peer;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call with one request and one last reply, and perhaps progress replies before it. Ends once: by
 * its work, by its deadline, by its client or by the daemon's shutdown. Only the work itself runs
 * off the call's event loop.
 *
 * @param <Q> request message
 * @param <P> reply message
 */
public final class Call<Q, P> {
  private static final Logger log = LoggerFactory.getLogger(Call.class);

  /**
   * Extra time for the work. Usually the work notices the deadline itself and can say which step
   * was slow. This call's own timer is for work that cannot.
   */
  private static final Duration BACKSTOP = Duration.ofMillis(50);

  /** Time for a client to take its last reply; then its connection is closed. */
  private static final Duration TAKING = Duration.ofSeconds(10);

  private static final long NO_TIMER = -1;

  /** The kinds of calls. */
  public enum Kind {
    /** Ends soon. Never waits for calls that make a VM or a template. */
    SHORT,
    /** Makes a VM. */
    VM,
    /** Builds a template. This takes so long that a stopping daemon does not wait for it. */
    BUILD
  }

  /** What a call does, and what happens if its reply cannot be delivered. */
  public record Plan<Q, P>(
      String name, Kind kind, CallWork<Q, P> work, BiConsumer<Peer, P> undeliverable) {}

  private final Calls calls;
  private final Plan<Q, P> plan;
  private final Peer client;
  private final Deadline deadline;
  private final GrpcServerResponse<Q, P> response;
  private final Context context;
  private final HttpConnection connection;
  private final Interruptible interruptible = new Interruptible();
  private long timer;
  private boolean open = true;

  Call(
      Calls calls, Plan<Q, P> plan, Peer client, GrpcServerRequest<Q, P> request, Context context) {
    this.calls = calls;
    this.plan = plan;
    this.client = client;
    this.deadline = calls.deadlineOf(request);
    this.response = request.response();
    this.context = context;
    this.connection = request.connection();
  }

  /** Starts the call. Call this once, after the call was admitted: it is in flight from then on. */
  void begin(GrpcServerRequest<Q, P> request) {
    request.errorHandler(e -> abandon());
    request.exceptionHandler(e -> abandon());
    response.exceptionHandler(e -> abandon());
    request.invalidMessageHandler(this::fail);
    long millis = deadline.remaining().plus(BACKSTOP).toMillis();
    timer = context.owner().setTimer(millis, id -> timeUp());
    Arrival.of(request, context).onSuccess(this::submit).onFailure(this::fail);
  }

  Peer client() {
    return client;
  }

  Kind kind() {
    return plan.kind();
  }

  /** Cancels the call, because the daemon stops and cannot wait any longer. */
  void shutDown() {
    context.runOnContext(
        v -> {
          fail(Calls.shuttingDown());
          interruptible.interrupt();
        });
  }

  private void submit(Q request) {
    if (open) {
      calls.submit(plan.kind(), () -> interruptible.run(() -> work(request)), this::shutDown);
    }
  }

  private void work(Q request) {
    try {
      P last = plan.work().run(client, request, deadline, p -> context.runOnContext(v -> send(p)));
      deliver(last);
    } catch (Throwable t) {
      context.runOnContext(v -> fail(t));
    }
  }

  /**
   * Delivers the last reply on the event loop. The call stays in flight until then, so that a
   * shutdown also waits until a reply that cannot be delivered is taken back.
   */
  private void deliver(P last) {
    calls.inFlight().begin();
    context.runOnContext(
        v -> {
          succeed(last);
          calls.inFlight().end();
        });
  }

  private void send(P message) {
    if (open) {
      Responses.attempt(() -> response.write(message)).onFailure(e -> abandon());
    }
  }

  private void succeed(P message) {
    if (!open) {
      undeliverable(message);
      return;
    }
    close();
    finish(Responses.attempt(() -> response.end(message)).onFailure(e -> undeliverable(message)));
  }

  private void undeliverable(P message) {
    calls.submit(
        Kind.SHORT,
        () -> plan.undeliverable().accept(client, message),
        () -> log.info("{}: its reply is not delivered, the daemon stops", plan.name()));
  }

  private void timeUp() {
    fail(deadline.exceeded(plan.name() + " to end"));
    interruptible.interrupt();
  }

  private void fail(Throwable failure) {
    if (!open) {
      return;
    }
    close();
    Status status = ErrorMapper.toStatus(failure);
    report(status, failure);
    finish(Responses.fail(response, status));
  }

  private void report(Status status, Throwable failure) {
    if (ErrorMapper.isDefect(status)) {
      log.warn("{} failed", plan.name(), failure);
    } else {
      log.debug("{}: {}", plan.name(), status.getMessage(), failure);
    }
  }

  private void abandon() {
    if (open) {
      log.info("{}: given up by its client", plan.name());
      close();
      interruptible.interrupt();
      finish(Future.succeededFuture());
    }
  }

  private void close() {
    open = false;
    context.owner().cancelTimer(timer);
  }

  /**
   * Ends the call when its last reply is {@code written}. A client that takes none of it, such as
   * one whose window stays closed, would keep the call in flight for ever.
   */
  private void finish(Future<@Nullable Void> written) {
    long untaken =
        written.isComplete()
            ? NO_TIMER
            : context.owner().setTimer(TAKING.toMillis(), id -> connection.close());
    written.onComplete(
        done -> {
          context.owner().cancelTimer(untaken);
          calls.forget(this);
          calls.inFlight().end();
        });
  }
}
