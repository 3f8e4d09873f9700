package io.vmfactory.guest;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.vmfactory.api.guest.v1.GetIdentityRequest;
import io.vmfactory.api.guest.v1.Identity;
import io.vmfactory.api.guest.v1.QuiesceResponse;
import io.vmfactory.api.guest.v1.SetIdentityRequest;
import io.vmfactory.api.guest.v1.SetIdentityResponse;
import io.vmfactory.api.kata.AgentDetails;
import io.vmfactory.api.kata.GuestDetailsResponse;
import io.vmfactory.api.kata.HealthCheckResponse;
import io.vmfactory.api.kata.Metrics;
import io.vmfactory.api.kata.SetGuestDateTimeRequest;
import io.vmfactory.api.ttrpc.Request;
import io.vmfactory.api.ttrpc.Response;
import io.vmfactory.api.ttrpc.Status;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A scripted agent on a real UNIX socket. Without a script it answers like a healthy guest: it
 * keeps the names and the clock that it gets, and never returns the same random bytes twice. A
 * script can make any method answer late, wrongly, in pieces, or not at all.
 */
public final class FakeAgent implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Thread accepting;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
  private final Map<String, Script> scripts = new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final Random random = new Random();
  private volatile Duration clockAhead = Duration.ZERO;
  private volatile SetIdentityRequest names =
      SetIdentityRequest.newBuilder().setHostname("template").setMachineId("0".repeat(32)).build();

  /** Handles one call of the agent; it may also keep the call and answer it later. */
  @FunctionalInterface
  public interface Script {
    void play(Call call) throws IOException;
  }

  private FakeAgent(ServerSocketChannel server) {
    this.server = server;
    script("Check", FakeAgent::serving);
    script("GetGuestDetails", FakeAgent::details);
    script("ReseedRandomDev", call -> call.reply(Empty.getDefaultInstance()));
    script("SetGuestDateTime", this::setClock);
    script("OnlineCPUMem", call -> call.reply(Empty.getDefaultInstance()));
    script("GetMetrics", call -> call.reply(Metrics.newBuilder().setMetrics("up 1\n").build()));
    script("SetIdentity", this::setNames);
    script("GetIdentity", this::identity);
    script(
        "Quiesce",
        call ->
            call.reply(
                QuiesceResponse.newBuilder()
                    .setZeroedKib(90_000)
                    .setUsedKib(30_000)
                    .setPossibleCpus(4)
                    .build()));
    accepting = start("fake-agent-accept", this::accept);
  }

  /** Listens on {@code socket}, which must not exist, and serves any number of connections. */
  public static FakeAgent listen(Path socket) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    return new FakeAgent(server);
  }

  /** Serves {@code method} by {@code script} from now on. */
  public FakeAgent script(String method, Script script) {
    scripts.put(method, script);
    return this;
  }

  /** Answers {@code method} with a gRPC status other than OK. */
  public FakeAgent refuse(String method, int code, String message) {
    return script(method, call -> call.refuse(code, message));
  }

  /** Never answers {@code method}. */
  public FakeAgent hang(String method) {
    return script(method, call -> {});
  }

  /** Returns every call so far, in order of arrival. */
  public List<Call> calls() {
    return calls;
  }

  /** Returns the names of the methods called so far, in order of arrival. */
  public List<String> methods() {
    return calls.stream().map(Call::method).toList();
  }

  /** Returns the guest's clock. */
  public Instant clock() {
    return Instant.now().plus(clockAhead);
  }

  /** Returns the last names that the guest got. */
  public SetIdentityRequest names() {
    return names;
  }

  /** A call that arrived. */
  public record Call(SocketChannel channel, int stream, Request request) {
    public String method() {
      return request.getMethod();
    }

    public ByteString payload() {
      return request.getPayload();
    }

    /** Answers OK. */
    public void reply(MessageLite answer) {
      send(answerFrame(answer));
    }

    /** Answers with the given status. */
    public void refuse(int code, String message) {
      Status status = Status.newBuilder().setCode(code).setMessage(message).build();
      send(frame(2, stream, Response.newBuilder().setStatus(status).build().toByteArray()));
    }

    /** Returns the frame that {@link #reply} would send. */
    public byte[] answerFrame(MessageLite answer) {
      Response response = Response.newBuilder().setPayload(answer.toByteString()).build();
      return frame(2, stream, response.toByteArray());
    }

    /** Sends bytes unchanged: half a frame, two frames, or nonsense. */
    public void send(byte[] bytes) {
      try {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
          channel.write(out);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Ends the connection. */
    public void hangUp() throws IOException {
      channel.close();
    }
  }

  /** Makes a ttRPC frame with flags 0. */
  public static byte[] frame(int type, int stream, byte[] data) {
    return ByteBuffer.allocate(10 + data.length)
        .putInt(data.length)
        .putInt(stream)
        .put((byte) type)
        .put((byte) 0)
        .put(data)
        .array();
  }

  /** Ends every connection. New ones are still served. */
  public void hangUp() throws IOException {
    for (SocketChannel connection : connections) {
      connection.close();
    }
  }

  /** A socket that a thread waits at is closed when that thread has noticed. */
  @Override
  public void close() throws IOException {
    server.close();
    hangUp();
    try {
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() throws IOException {
    while (true) {
      SocketChannel connection = server.accept();
      connections.add(connection);
      start("fake-agent-serve", () -> serve(connection));
    }
  }

  private void serve(SocketChannel connection) throws IOException {
    try (connection) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(connection));
      while (true) {
        int length = in.readInt();
        int stream = in.readInt();
        in.readShort();
        dispatch(new Call(connection, stream, Request.parseFrom(in.readNBytes(length))));
      }
    } finally {
      connections.remove(connection);
    }
  }

  private void dispatch(Call call) throws IOException {
    calls.add(call);
    Script unknown = c -> c.refuse(GuestException.UNIMPLEMENTED, "no method " + c.method());
    scripts.getOrDefault(call.method(), unknown).play(call);
  }

  private static void serving(Call call) {
    call.reply(
        HealthCheckResponse.newBuilder()
            .setStatus(HealthCheckResponse.ServingStatus.SERVING)
            .build());
  }

  private static void details(Call call) {
    AgentDetails details =
        AgentDetails.newBuilder()
            .setVersion("fake")
            .setInitDaemon(true)
            .addExtraFeatures(GuestDetails.IDENTITY)
            .build();
    call.reply(
        GuestDetailsResponse.newBuilder()
            .setMemBlockSizeBytes(128L << 20)
            .setAgentDetails(details)
            .build());
  }

  private void setClock(Call call) throws IOException {
    var time = SetGuestDateTimeRequest.parseFrom(call.payload());
    Instant given = Instant.ofEpochSecond(time.getSec(), time.getUsec() * 1_000);
    clockAhead = Duration.between(Instant.now(), given);
    call.reply(Empty.getDefaultInstance());
  }

  private void setNames(Call call) throws IOException {
    SetIdentityRequest given = SetIdentityRequest.parseFrom(call.payload());
    boolean nameAlone = given.getMachineId().isEmpty();
    names = nameAlone ? names.toBuilder().setHostname(given.getHostname()).build() : given;
    call.reply(SetIdentityResponse.getDefaultInstance());
  }

  private void identity(Call call) throws IOException {
    byte[] bytes = new byte[GetIdentityRequest.parseFrom(call.payload()).getRandomBytes()];
    random.nextBytes(bytes);
    Instant now = clock();
    call.reply(
        Identity.newBuilder()
            .setHostname(names.getHostname())
            .setMachineId(names.getMachineId())
            .setBootId(UUID.nameUUIDFromBytes(names.getMachineIdBytes().toByteArray()).toString())
            .setRandom(ByteString.copyFrom(bytes))
            .setRealtimeNanos(now.getEpochSecond() * 1_000_000_000L + now.getNano())
            .build());
  }

  private interface Work {
    void run() throws IOException;
  }

  /** Makes a daemon thread that ends without a message when its channel ends. */
  private static Thread start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (EOFException | ClosedChannelException e) {
                return;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
