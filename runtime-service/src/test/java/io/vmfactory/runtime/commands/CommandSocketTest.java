package io.vmfactory.runtime.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vmfactory.api.runtime.v1.AttachProcess;
import io.vmfactory.api.runtime.v1.ClientMessage;
import io.vmfactory.api.runtime.v1.ClientStream;
import io.vmfactory.api.runtime.v1.CommandLine;
import io.vmfactory.api.runtime.v1.CommandSignal;
import io.vmfactory.api.runtime.v1.OutputTaken;
import io.vmfactory.api.runtime.v1.ProcessEnded;
import io.vmfactory.api.runtime.v1.ServiceMessage;
import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.http.ConnectionLimits;
import io.vmfactory.factory.http.Door;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket with a client that is this test, and commands that are lambdas. */
class CommandSocketTest {
  private static final OptionalInt OK = OptionalInt.of(0);

  /** After this time, the door closes a connection that has asked for nothing. */
  private static final Duration QUIET = Duration.ofMillis(500);

  @TempDir private Path folder;
  private final Vertx vertx =
      new Door(new ConnectionLimits(64, 64, 1, QUIET, QUIET))
          .vertx(new VertxOptions().setPreferNativeTransport(true));
  private CommandSocket service;

  @AfterEach
  void close() {
    service.close();
    soon().await(vertx.close().toCompletionStage(), "Vert.x");
    assertThat(folder.resolve("c.sock")).doesNotExist();
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private void serve(CommandRunner runner) {
    service = CommandSocket.start(vertx, folder.resolve("c.sock"), runner);
  }

  private SocketChannel connected() throws IOException {
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.connect(UnixDomainSocketAddress.of(folder.resolve("c.sock")));
    return client;
  }

  private SocketChannel typed(String... words) throws IOException {
    SocketChannel client = connected();
    send(client, ClientMessage.newBuilder().setCommandLine(line(words)).build());
    return client;
  }

  private static CommandLine line(String... words) {
    CommandLine.Builder line =
        CommandLine.newBuilder()
            .setVersion(CommandRequest.VERSION)
            .setDirectory(ByteString.copyFromUtf8("/here"))
            .addEnvironment(ByteString.copyFromUtf8("A=b=c"))
            .addEnvironment(ByteString.copyFromUtf8("A=later"))
            .addStreams(ClientStream.getDefaultInstance())
            .addStreams(ClientStream.newBuilder().setTerminal(true).setRows(24).setColumns(80))
            .addStreams(ClientStream.newBuilder().setRows(5).setColumns(5));
    List.of(words).forEach(word -> line.addWords(ByteString.copyFromUtf8(word)));
    return line.build();
  }

  private static void send(SocketChannel to, ClientMessage message) throws IOException {
    byte[] body = message.toByteArray();
    to.write(ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).flip());
  }

  private static void took(SocketChannel client, String failure) throws IOException {
    OutputTaken taken = OutputTaken.newBuilder().setFailure(failure).build();
    send(client, ClientMessage.newBuilder().setOutputTaken(taken).build());
  }

  private static ServiceMessage next(SocketChannel from) throws IOException {
    ByteBuffer body = ByteBuffer.allocate(filled(from, ByteBuffer.allocate(4)).getInt());
    return ServiceMessage.parseFrom(filled(from, body));
  }

  private static ByteBuffer filled(SocketChannel from, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      assertThat(from.read(buffer)).as("more bytes").isNotNegative();
    }
    return buffer.flip();
  }

  @Test
  void aCommandGetsTheClientsWordsAndTheClientItsExitCode() throws IOException {
    CompletableFuture<CommandRequest> got = new CompletableFuture<>();
    serve(
        client -> {
          got.complete(client.request());
          return OptionalInt.of(42);
        });

    try (SocketChannel client = typed("run", "ä")) {
      assertThat(next(client).getExit().getCode()).isEqualTo(42);
    }
    CommandRequest request = soon().await(got, "the request");
    assertThat(request.words()).containsExactly("run", "ä");
    assertThat(request.directory()).isEqualTo("/here");
    assertThat(request.environment()).containsOnly(Map.entry("A", "b=c"));
    assertThat(request.stream(TerminalStream.OUT).size()).isEqualTo(new TerminalSize(24, 80));
    assertThat(request.stream(TerminalStream.ERR))
        .isEqualTo(new CommandRequest.Stream(false, TerminalSize.UNKNOWN));
  }

  @Test
  void outputIsWrittenPartByPartAndAFailureReachesTheCommand() throws IOException {
    CompletableFuture<String> failure = new CompletableFuture<>();
    serve(
        client -> {
          try {
            client.write(true, new byte[100_000]);
            client.write(false, "lost".getBytes(StandardCharsets.UTF_8));
          } catch (IOException e) {
            failure.complete(e.getMessage());
          }
          return OK;
        });

    try (SocketChannel client = typed("ps")) {
      ServiceMessage first = next(client);
      took(client, "");
      ServiceMessage second = next(client);
      took(client, "");
      assertThat(first.getOutput().getText().size() + second.getOutput().getText().size())
          .isEqualTo(100_000);
      assertThat(second.getOutput().getError()).isTrue();
      assertThat(next(client).getOutput().getError()).isFalse();
      took(client, "No space left on device");
      assertThat(next(client).getExit().getCode()).isZero();
    }
    assertThat(soon().await(failure, "the failure")).isEqualTo("No space left on device");
  }

  @Test
  void aProcessIsAttachedAndItsEndReturned() throws IOException {
    AttachProcess process = AttachProcess.newBuilder().setContainer("c").setRaw(true).build();
    serve(client -> OptionalInt.of(client.attach(process).getStatus()));

    try (SocketChannel client = typed("run")) {
      assertThat(next(client).getAttach()).isEqualTo(process);
      ProcessEnded end = ProcessEnded.newBuilder().setStatus(7).build();
      send(client, ClientMessage.newBuilder().setProcessEnded(end).build());
      assertThat(next(client).getExit().getCode()).isEqualTo(7);
    }
  }

  @Test
  void aSignalInterruptsTheCommandAndItsEndIsStillReported() throws IOException {
    serve(
        client -> {
          assertThatThrownBy(() -> soon().await(new CompletableFuture<>(), "nothing"))
              .isInstanceOf(CancelledException.class);
          return OptionalInt.of(128 + client.signal());
        });

    try (SocketChannel client = typed("run")) {
      CommandSignal signal = CommandSignal.newBuilder().setSignal(2).build();
      send(client, ClientMessage.newBuilder().setSignal(signal).build());
      assertThat(next(client).getExit().getCode()).isEqualTo(130);
    }
  }

  /** Serves commands that attach a process until they are cut off; returns whether abandoned. */
  private CompletableFuture<Boolean> cutOff() {
    CompletableFuture<Boolean> abandoned = new CompletableFuture<>();
    serve(
        client -> {
          assertThatThrownBy(() -> client.attach(AttachProcess.getDefaultInstance()))
              .isInstanceOf(CancelledException.class);
          abandoned.complete(client.isAbandoned());
          return OK;
        });
    return abandoned;
  }

  @Test
  void aClientThatLeavesInterruptsItsCommand() throws IOException {
    CompletableFuture<Boolean> abandoned = cutOff();

    try (SocketChannel client = typed("run")) {
      next(client);
    }
    assertThat(soon().await(abandoned, "the end of the command")).isFalse();
  }

  @Test
  void aServiceThatStopsAbandonsItsCommandsWithoutAWord() throws IOException {
    CompletableFuture<Boolean> abandoned = cutOff();

    try (SocketChannel client = typed("run")) {
      next(client);
      service.close();
      assertThat(soon().await(abandoned, "the end of the command")).isTrue();
      assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
    serve(client -> OK);
  }

  @Test
  void aCommandMayTakeLongerThanAClientThatAsksForNothing() throws IOException {
    serve(client -> OptionalInt.of(client.attach(AttachProcess.getDefaultInstance()).getStatus()));

    try (SocketChannel client = typed("run");
        SocketChannel silent = connected()) {
      next(client);
      assertThat(silent.read(ByteBuffer.allocate(1))).as("it was closed later").isEqualTo(-1);
      ProcessEnded end = ProcessEnded.newBuilder().setStatus(3).build();
      send(client, ClientMessage.newBuilder().setProcessEnded(end).build());
      assertThat(next(client).getExit().getCode()).isEqualTo(3);
    }
  }

  @Test
  void whatIsNotRunHereIsDeclined() throws IOException {
    serve(client -> OptionalInt.empty());

    CommandLine later = line("run").toBuilder().setVersion(CommandRequest.VERSION + 1).build();
    CommandLine nowhere = line("run").toBuilder().setDirectory(ByteString.EMPTY).build();
    for (CommandLine line : List.of(line("run"), later, nowhere)) {
      try (SocketChannel client = connected()) {
        send(client, ClientMessage.newBuilder().setCommandLine(line).build());
        assertThat(next(client).hasRunItYourself()).isTrue();
      }
    }
  }

  @Test
  void whatIsNoMessageIsCutOff() throws IOException {
    serve(client -> OK);

    for (byte[] bytes :
        List.of(
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8),
            new byte[] {0, 0, 0, 1, 7},
            new byte[] {0, 0, 0, 2, 0x12, 0})) { // an answer to nothing
      try (SocketChannel client = connected()) {
        client.write(ByteBuffer.wrap(bytes));
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
    }
    try (SocketChannel client = typed("ps")) {
      assertThat(next(client).hasExit()).isTrue();
    }
  }
}
