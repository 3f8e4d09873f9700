package io.vmfactory.factory.calls;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.RequestException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every call under way, and the workers that do them. Thread-safe. */
public final class Calls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Calls.class);

  /** For clients that do not read. */
  private static final Duration STREAMS = Duration.ofSeconds(1);

  /** Enough for calls that do not block for long. */
  private static final int SHORT_WORKERS = 4;

  private final Workers workers;
  private final Workers shortWorkers = new Workers("short", SHORT_WORKERS);
  private final Duration defaultDeadline;
  private final CallsInFlight inFlight = new CallsInFlight();
  private final Set<Call<?, ?>> open = ConcurrentHashMap.newKeySet();
  private final Set<OutStream<?>> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  public Calls(int workers, Duration defaultDeadline) {
    this.workers = new Workers("worker", workers);
    this.defaultDeadline = defaultDeadline;
  }

  /** What serves the requests of one method. */
  public <Q, P> Handler<GrpcServerRequest<Q, P>> serve(Call.Plan<Q, P> plan) {
    return request -> {
      if (refuse(request)) {
        return;
      }
      Context context = Vertx.currentContext();
      Call<Q, P> call = new Call<>(this, plan, request, context);
      open.add(call);
      call.begin(request);
    };
  }

  /** Ends {@code request} if no new work is taken. */
  public boolean refuse(GrpcServerRequest<?, ?> request) {
    if (closing) {
      var reason = RequestException.Reason.SHUTTING_DOWN;
      var failure = new RequestException(reason, "the daemon is shutting down");
      // Only once the request is read: an answer that overtakes it is lost on some clients.
      request
          .last()
          .onComplete(read -> Responses.fail(request.response(), ErrorMapper.toStatus(failure)));
    }
    return closing;
  }

  /** The client's deadline, or the default. */
  Deadline deadlineOf(GrpcServerRequest<?, ?> request) {
    boolean given = request.headers().contains(GrpcHeaderNames.GRPC_TIMEOUT);
    // Less than a millisecond reads as 0 there.
    return Deadline.after(
        given ? Duration.ofMillis(Math.max(1, request.timeout())) : defaultDeadline);
  }

  /** For work that no client waits for. */
  public Deadline ownDeadline() {
    return Deadline.after(defaultDeadline);
  }

  CallsInFlight inFlight() {
    return inFlight;
  }

  public Set<OutStream<?>> streams() {
    return streams;
  }

  void forget(Call<?, ?> call) {
    open.remove(call);
  }

  /** Runs {@code task} on a worker, as soon as one for its kind is free. */
  void submit(Call.Kind kind, Runnable task) {
    inFlight.begin();
    Workers lane = kind == Call.Kind.SHORT ? shortWorkers : workers;
    lane.execute(
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            log.warn("a worker's task failed", e);
          } finally {
            inFlight.end();
          }
        });
  }

  /** Completes when a short worker has come to it; fails when there are none any more. */
  public CompletionStage<?> turn() {
    return CompletableFuture.runAsync(() -> {}, shortWorkers);
  }

  /**
   * Takes no new calls, cancels builds at once, lets other calls finish and cancels them too when
   * {@code grace} is over. Returns when none is left, or when cancelled ones do not end within
   * another such span.
   */
  public void drain(Duration grace) {
    closing = true;
    open.stream().filter(call -> call.kind() == Call.Kind.BUILD).forEach(Call::shutDown);
    if (!inFlight.awaitIdle(Deadline.after(grace))) {
      open.forEach(Call::shutDown);
      if (!inFlight.awaitIdle(Deadline.after(grace))) {
        log.warn("calls still running after they were cancelled");
      }
    }
  }

  /** Ends the streams and the workers. */
  @Override
  public void close() {
    closing = true;
    CompletableFuture<?>[] ends =
        streams.stream().map(OutStream::end).toArray(CompletableFuture<?>[]::new);
    try {
      Deadline.after(STREAMS).await(CompletableFuture.allOf(ends), "streams to end");
    } catch (RuntimeException e) {
      log.info("a stream did not end in time: {}", e.getMessage());
    }
    workers.close();
    shortWorkers.close();
  }
}
