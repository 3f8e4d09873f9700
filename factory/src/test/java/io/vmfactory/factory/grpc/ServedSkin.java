package io.vmfactory.factory.grpc;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.UsersConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.http.ConnectionLimits;
import io.vmfactory.factory.http.Door;
import io.vmfactory.factory.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A skin over scripted verbs, on a socket in a temporary folder, for one test. */
public final class ServedSkin implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(30);

  public final ScriptedCases cases = new ScriptedCases();
  final Metrics metrics = new Metrics();
  final Vertx vertx;
  public final DaemonConfig config;
  final Skin skin;
  private final Path folder;
  private boolean stopped;

  public ServedSkin() {
    this(true, "");
  }

  public ServedSkin(boolean nativeTransport, String group) {
    this(nativeTransport, group, UsersConfig.defaults());
  }

  public ServedSkin(boolean nativeTransport, String group, UsersConfig users) {
    this(nativeTransport, group, users, ConnectionLimits.of(1 << 16));
  }

  ServedSkin(boolean nativeTransport, String group, UsersConfig users, ConnectionLimits limits) {
    try {
      folder = Files.createTempDirectory("skin-");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    vertx = new Door(limits).vertx(new VertxOptions().setPreferNativeTransport(nativeTransport));
    config = new DaemonConfig(folder, folder, group, LONG, 4, 16, users);
    DaemonFacts facts = new DaemonFacts("1.2.3", "[daemon]\n", "/etc/x", Samples.pool());
    skin = Skin.start(vertx, config, cases.all(), facts, metrics);
  }

  public SocketAddress address() {
    return SocketAddress.domainSocketAddress(config.socket().toString());
  }

  public GrpcClient client() {
    return GrpcClient.client(vertx, new HttpClientOptions().setHttp2ClearTextUpgrade(false));
  }

  /**
   * Sends the only message of a call. {@code heard} runs on the event loop when the response comes.
   * It is set before the message goes out, because otherwise it can come later than the answer.
   */
  public static <Q, P, R> Future<R> send(
      GrpcClientRequest<Q, P> request,
      Q message,
      Function<GrpcClientResponse<Q, P>, Future<R>> heard) {
    Future<R> result = request.response().compose(heard);
    request.end(message);
    return result;
  }

  /**
   * Makes a call on an event loop and waits for its end. Made on a test's thread, it could miss the
   * end of an answer that comes before the next handler is set.
   */
  public <T> T onLoop(Supplier<Future<T>> call) {
    Promise<T> ended = Promise.promise();
    vertx.runOnContext(v -> call.get().onComplete(ended));
    return await(ended.future());
  }

  public static <T> T await(Future<T> future) {
    return Deadline.after(LONG).await(future.toCompletionStage(), "the test's future");
  }

  public boolean isStopped() {
    return stopped;
  }

  /** Marks the skin as closed by the test itself. */
  public void markStopped() {
    stopped = true;
  }

  public void stop(Duration grace) {
    stopped = true;
    skin.drain(grace);
    skin.close();
  }

  @Override
  public void close() {
    if (!stopped) {
      stop(Duration.ofSeconds(5));
    }
    await(vertx.close());
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
