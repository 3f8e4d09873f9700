package io.vmfactory.factory.calls;

import com.google.rpc.Status;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the calls: knows which are in flight, and owns the workers that run them. Thread-safe. */
public final class Calls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Calls.class);

  /** Limits the wait for clients that do not read. */
  private static final Duration STREAMS = Duration.ofSeconds(1);

  /** The number of workers for calls that do not block for long. */
  private static final int SHORT_WORKERS = 4;

  private final Workers workers;
  private final Workers shortWorkers = new Workers("short", SHORT_WORKERS);
  private final Duration defaultDeadline;
  private final UserRequests users;
  private final Function<HttpConnection, Peer> clients;
  private final CallsInFlight inFlight = new CallsInFlight();
  private final Set<Call<?, ?>> open = ConcurrentHashMap.newKeySet();
  private final Set<OutStream<?>> streams = ConcurrentHashMap.newKeySet();
  private boolean closing;

  /**
   * @param workers threads for calls that may take long
   * @param limits how many calls and streams one user may have
   * @param clients says who is at the other end of a connection
   */
  public Calls(
      int workers,
      Duration defaultDeadline,
      RequestLimits limits,
      Function<HttpConnection, Peer> clients) {
    this.workers = new Workers("worker", workers);
    this.defaultDeadline = defaultDeadline;
    this.users = new UserRequests(limits, System::nanoTime);
    this.clients = clients;
  }

  /** Returns a handler for the requests of one method. */
  public <Q, P> Handler<GrpcServerRequest<Q, P>> serve(Call.Plan<Q, P> plan) {
    return request -> {
      Peer client = clients.apply(request.connection());
      Call<Q, P> call = new Call<>(this, plan, client, request, Vertx.currentContext());
      RequestException refusal = admit(call);
      if (refusal == null) {
        call.begin(request);
      } else {
        refuse(request, refusal);
      }
    };
  }

  /**
   * Answers {@code request} with a stream of replies, which {@code use} fills with what the client
   * may see.
   */
  public <Q, P> void stream(GrpcServerRequest<Q, P> request, BiConsumer<Peer, OutStream<P>> use) {
    Peer client = clients.apply(request.connection());
    OutStream<P> stream =
        new OutStream<>(
            request.response(),
            over -> {
              streams.remove(over);
              users.leave(client);
            });
    RequestException refusal = admit(client, stream);
    if (refusal == null) {
      stream.open(request);
      use.accept(client, stream);
    } else {
      refuse(request, refusal);
    }
  }

  /**
   * Returns why a call is refused; null = it is admitted. An admitted call is in flight: {@link
   * #drain} waits for it.
   */
  private synchronized @Nullable RequestException admit(Call<?, ?> call) {
    RequestException refusal = closing ? shuttingDown() : users.enter(call.client());
    if (refusal == null) {
      inFlight.begin();
      open.add(call);
    }
    return refusal;
  }

  /** Returns why a stream is refused. {@link #close} ends each admitted stream. */
  private synchronized @Nullable RequestException admit(Peer client, OutStream<?> stream) {
    RequestException refusal = closing ? shuttingDown() : users.enter(client);
    if (refusal == null) {
      streams.add(stream);
    }
    return refusal;
  }

  private synchronized void admitNoMore() {
    closing = true;
  }

  private static void refuse(GrpcServerRequest<?, ?> request, RequestException refusal) {
    Status status = ErrorMapper.toStatus(refusal);
    // Answer only after the request is read: some clients lose an earlier answer.
    Arrival.of(request, Vertx.currentContext())
        .onComplete(read -> Responses.fail(request.response(), status));
  }

  /** Returns the reason for which a call is refused or cut off while the daemon stops. */
  static RequestException shuttingDown() {
    return new RequestException(
        RequestException.Reason.SHUTTING_DOWN, "the daemon is shutting down");
  }

  /** Returns the client's deadline, or the default. */
  Deadline deadlineOf(GrpcServerRequest<?, ?> request) {
    boolean given = request.headers().contains(GrpcHeaderNames.GRPC_TIMEOUT);
    // A timeout below a millisecond reads as 0 here.
    return Deadline.after(
        given ? Duration.ofMillis(Math.max(1, request.timeout())) : defaultDeadline);
  }

  /** Returns a deadline for work that no client waits for. */
  public Deadline ownDeadline() {
    return Deadline.after(defaultDeadline);
  }

  CallsInFlight inFlight() {
    return inFlight;
  }

  void forget(Call<?, ?> call) {
    open.remove(call);
    users.leave(call.client());
  }

  /**
   * Runs {@code task} on a worker as soon as one for its kind is free. If the workers are closed
   * first, runs {@code dropped} instead, on this thread or on the one that closes them.
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

  /** Work that is in flight until it is done or dropped. */
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

  /** Completes when a worker for short calls has run a task. Fails if the workers are closed. */
  public CompletionStage<?> turn() {
    CompletableFuture<Void> turn = new CompletableFuture<>();
    submit(
        Call.Kind.SHORT,
        () -> turn.complete(null),
        () -> turn.completeExceptionally(shuttingDown()));
    return turn;
  }

  /**
   * Admits no new calls and cancels builds at once. Lets other calls finish for {@code grace}, then
   * cancels them too. Returns when none is left, or when cancelled calls do not end within the same
   * time again.
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

  /** Admits no new calls, ends the streams and the workers. Calls that still wait fail. */
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
