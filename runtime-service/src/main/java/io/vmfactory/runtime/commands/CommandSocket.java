package io.vmfactory.runtime.commands;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.http.SocketFile;
import io.vmfactory.factory.http.SocketPeer;
import io.vmfactory.linux.UserIds;
import io.vmfactory.runtime.containers.ClientProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket for command lines that this service runs for clients without a JVM. Only root and this
 * process's user can reach it, by the modes of the socket and its folder. A client that sees other
 * files or processes than this service, and root at a user's service, run their commands
 * themselves.
 */
public final class CommandSocket implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CommandSocket.class);
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** Commands at once. The clients of further ones run them themselves. */
  private static final int MOST_COMMANDS = 64;

  private static final List<String> SAME = List.of("ns/mnt", "ns/pid", "ns/user", "root");
  private static final Path PROCESSES = Path.of("/proc");

  private final UserIds own = UserIds.ofThisProcess();
  private final SocketFile file;
  private final NetServer server;
  private final Set<CommandConnection> clients = ConcurrentHashMap.newKeySet();
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          0,
          MOST_COMMANDS,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "command");
            thread.setDaemon(true);
            return thread;
          });

  private CommandSocket(SocketFile file, NetServer server) {
    this.file = file;
    this.server = server;
  }

  /** Serves at {@code path}. When this returns, clients can connect. */
  public static CommandSocket start(Vertx vertx, Path path, CommandRunner runner) {
    CommandSocket made =
        new CommandSocket(new SocketFile(path, List.of()), vertx.createNetServer());
    try {
      made.open(runner);
      return made;
    } catch (IOException e) {
      made.workers.shutdownNow();
      throw new UncheckedIOException("cannot serve on " + path + ": " + ErrorText.of(e), e);
    }
  }

  private void open(CommandRunner runner) throws IOException {
    server.connectHandler(socket -> greet(socket, runner));
    Path bound = file.prepare();
    Deadline.after(LIMIT)
        .await(
            server.listen(SocketAddress.domainSocketAddress(bound.toString())).toCompletionStage(),
            "the socket for commands to be bound");
    file.publish(bound);
  }

  private void greet(NetSocket socket, CommandRunner runner) {
    Optional<ClientProcess> client =
        SocketPeer.of(socket)
            .filter(peer -> peer.user().uid() == own.uid())
            .flatMap(peer -> neighbour(peer.pid()));
    if (client.isEmpty()) {
      var unused = socket.write(Buffer.buffer(CommandConnection.DECLINED));
      return;
    }
    CommandConnection connection = new CommandConnection(socket, client.get(), runner, workers);
    clients.add(connection);
    connection.open(() -> clients.remove(connection));
  }

  /** Returns the process, if it sees the same files and processes as this one. */
  private static Optional<ClientProcess> neighbour(int pid) {
    Path client = PROCESSES.resolve(Integer.toString(pid));
    try {
      for (String link : SAME) {
        Path own = Files.readSymbolicLink(PROCESSES.resolve("self").resolve(link));
        if (!own.equals(Files.readSymbolicLink(client.resolve(link)))) {
          return Optional.empty();
        }
      }
      return Optional.of(ClientProcess.of(pid));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Ends all commands; containers that have begun go on. Removes the socket. */
  @Override
  public void close() {
    clients.forEach(CommandConnection::abandon);
    workers.shutdown();
    try {
      if (!workers.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        log.warn("{} commands have not ended in time", workers.getActiveCount());
      }
    } catch (InterruptedException e) {
      throw new CancelledException("interrupted while commands end", e);
    }
    Deadline.after(LIMIT).await(server.close().toCompletionStage(), "the socket for commands");
    try {
      file.remove();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + file.path(), e);
    }
  }
}
