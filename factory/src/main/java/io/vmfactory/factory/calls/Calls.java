package io.vmfactory.factory.calls;

import com.google.rpc.Status;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
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
  private boolean closing;

  public Calls(int workers, Duration defaultDeadline) {
    this.workers = new Workers("worker", workers);
    this.defaultDeadline = defaultDeadline;
  }

  /** What serves the requests of one method. */
  public <Q, P> Handler<GrpcServerRequest<Q, P>> serve(Call.Plan<Q, P> plan) {
    return request -> {
      Call<Q, P> call = new Call<>(this, plan, request, Vertx.currentContext());
      if (admit(call)) {
        call.begin(request);
      } else {
        refuse(request);
      }
    };
  }

  /** Answers {@code request} with a stream of replies, which {@code use} fills. */
  public <Q, P> void stream(GrpcServerRequest<Q, P> request, Consumer<OutStream<P>> use) {
    OutStream<P> stream = new OutStream<>(request.response(), streams);
    if (admit(stream)) {
      stream.open(request);
      use.accept(stream);
    } else {
      refuse(request);
    }
  }

  /** False = closing. A call that is admitted is in flight, and {@link #drain} knows of it. */
  private synchronized boolean admit(Call<?, ?> call) {
    if (!closing) {
      inFlight.begin();
      open.add(call);
    }
    return !closing;
  }

  /** False = closing. {@link #close} ends each stream that is admitted. */
  private synchronized boolean admit(OutStream<?> stream) {
    if (!closing) {
      streams.add(stream);
    }
    return !closing;
  }

  private synchronized void admitNoMore() {
    closing = true;
  }

  private static void refuse(GrpcServerRequest<?, ?> request) {
    Status status = ErrorMapper.toStatus(shuttingDown());
    // Only once the request is read: an answer that overtakes it is lost on some clients.
    request.last().onComplete(read -> Responses.fail(request.response(), status));
  }

  /** Why a call is refused or cut off at the end. */
  static RequestException shuttingDown() {
    return new RequestException(
        RequestException.Reason.SHUTTING_DOWN, "the daemon is shutting down");
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

  void forget(Call<?, ?> call) {
    open.remove(call);
  }

  /**
   * Runs {@code task} on a worker, as soon as one for its kind is free; runs {@code dropped} here
   * or there instead when the workers are closed first.
   */
  void submit(Call.Kind kind, Runnable task, Runnable dropped) {
    inFlight.begin();
    Workers lane = kind == Call.Kind.SHORT ? shortWorkers : workers;
    Job job = new Job(task, dropped);
    try {
      lane.execute(job);
    } catch (RejectedExecutionException e) {
      job.drop();
    }
  }

  /** Work in flight until it is done or dropped. */
  private final class Job implements Workers.Job {
    private final Runnable task;
    private final Runnable dropped;

    Job(Runnable task, Runnable dropped) {
      this.task = task;
      this.dropped = dropped;
    }

    @Override
    public void run() {
      end(task);
    }

    @Override
    public void drop() {
      end(dropped);
    }

    private void end(Runnable way) {
      try {
        way.run();
      } catch (RuntimeException e) {
        log.warn("a worker's task failed", e);
      } finally {
        inFlight.end();
      }
    }
  }

  /** Completes when a short worker has come to it; fails when there are none any more. */
  public CompletionStage<?> turn() {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    submit(
        Call.Kind.SHORT,
        () -> turn.complete(null),
        () -> turn.completeExceptionally(shuttingDown()));
    return turn;
  }

  /**
   * Takes no new calls, cancels builds at once, lets other calls finish and cancels them too when
   * {@code grace} is over. Returns when none is left, or when cancelled ones do not end within
   * another such span.
   */
  public void drain(Duration grace) {
    admitNoMore();
    open.stream().filter(call -> call.kind() == Call.Kind.BUILD).forEach(Call::shutDown);
    if (!inFlight.awaitIdle(Deadline.after(grace))) {
      open.forEach(Call::shutDown);
      if (!inFlight.awaitIdle(Deadline.after(grace))) {
        log.warn("calls still running after they were cancelled");
      }
    }
  }

  /** Takes no new calls, ends the streams and the workers. Calls that still wait are failed. */
  @Override
  public void close() {
    admitNoMore();
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
