package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamSocketTest {
  private final StreamSockets sockets = new StreamSockets();
  private final Deadline deadline = Deadline.after(Duration.ofSeconds(20));
  private final Heard heard = new Heard();
  private ServerSocketChannel server;
  private SocketChannel other;
  private StreamSocket socket;

  @BeforeEach
  void connect(@TempDir Path temp) throws IOException {
    Path path = temp.resolve("s");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    socket = sockets.connect(path);
    other = server.accept();
  }

  @AfterEach
  void close() throws IOException {
    sockets.close();
    other.close();
    server.close();
  }

  /** Collects the received bytes, and the threads that deliver them. */
  private static final class Heard implements StreamSocket.Receiver {
    private final ByteArrayOutputStream all = new ByteArrayOutputStream();
    private final List<Thread> threads = new ArrayList<>();
    private final CompletableFuture<String> line = new CompletableFuture<>();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    @Override
    public synchronized void received(ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      all.writeBytes(copy);
      threads.add(Thread.currentThread());
      if (all.toString(UTF_8).endsWith("\n")) {
        line.complete(all.toString(UTF_8));
      }
    }

    @Override
    public void ended(String why) {
      assertThat(end.complete(why)).isTrue();
    }

    synchronized List<Thread> threads() {
      return List.copyOf(threads);
    }
  }

  private void say(String text) throws IOException {
    other.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  @Test
  void theWatcherReadsWhenNoThreadWaits() throws IOException {
    socket.start(heard);
    say("hello\n");
    assertThat(deadline.await(heard.line, "the line")).isEqualTo("hello\n");
    assertThat(heard.threads()).extracting(Thread::getName).containsOnly("sockets");
  }

  @Test
  void aThreadThatWaitsReadsItself() throws Exception {
    socket.start(heard);
    Thread self = Thread.currentThread();
    Thread speaker =
        new Thread(
            () -> {
              try {
                awaitReader(self);
                say("one ");
                say("line\n");
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    speaker.start();
    assertThat(socket.await(heard.line, "the line", deadline)).isEqualTo("one line\n");
    assertThat(heard.threads()).containsOnly(self);
    speaker.join();
  }

  /** Waits until {@code thread} is the reader. It is then in poll(2), or about to enter it. */
  private void awaitReader(Thread thread) {
    while (!socket.isReadBy(thread)) {
      deadline.check("a reader");
      Thread.onSpinWait();
    }
  }

  @Test
  void aWorkerOfAForkJoinPoolLeavesTheReadingToTheWatcher() throws Exception {
    socket.start(heard);
    ForkJoinPool pool = new ForkJoinPool(1);
    try {
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> socket.await(heard.line, "a line", deadline), pool);
      say("to the pool\n");
      assertThat(deadline.await(answer, "the answer")).isEqualTo("to the pool\n");
      assertThat(heard.threads()).extracting(Thread::getName).containsOnly("sockets");
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void afterAWaitTheWatcherReadsAgain() throws IOException {
    socket.start(heard);
    assertThatThrownBy(() -> socket.await(heard.line, "x", Deadline.after(Duration.ofMillis(5))))
        .isInstanceOf(DeadlineExceededException.class);
    say("later\n");
    assertThat(deadline.await(heard.line, "the line")).isEqualTo("later\n");
  }

  @RepeatedTest(50)
  void anInterruptedWaitEndsAtOnceAndTheNextOneWorks() throws Exception {
    socket.start(heard);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                socket.await(heard.line, "the line", deadline);
              } catch (RuntimeException e) {
                failure.complete(e);
              }
            });
    waiter.start();
    awaitReader(waiter);
    waiter.interrupt();
    assertThat(deadline.await(failure, "the end of the wait"))
        .isInstanceOf(CancelledException.class);
    say("after\n");
    assertThat(socket.await(heard.line, "the line", deadline)).isEqualTo("after\n");
  }

  @RepeatedTest(50)
  void aWaitEndsWhenAnotherThreadCompletesWhatIsWaitedFor() {
    socket.start(heard);
    Thread self = Thread.currentThread();
    CompletableFuture<String> elsewhere = new CompletableFuture<>();
    Thread completer =
        new Thread(
            () -> {
              awaitReader(self);
              elsewhere.complete("done");
            });
    completer.start();
    assertThat(socket.await(elsewhere, "another thread", deadline)).isEqualTo("done");
  }

  @RepeatedTest(50)
  void aWaitEndsWhenTheConnectionIsClosedFromThisSideOrTheOther() throws Exception {
    socket.start(heard);
    var unused =
        heard.end.thenAccept(
            why -> heard.line.completeExceptionally(new IllegalStateException(why)));
    Thread self = Thread.currentThread();
    boolean here = System.nanoTime() % 2 == 0;
    Thread closer =
        new Thread(
            () -> {
              awaitReader(self);
              try {
                (here ? socket : other).close();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    closer.start();
    assertThatThrownBy(() -> socket.await(heard.line, "the line", deadline))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    closer.join();
  }

  @Test
  void theLastWordsBeforeTheEndAreHeard() throws IOException {
    socket.start(heard);
    say("last\n");
    other.close();
    assertThat(deadline.await(heard.end, "the end")).contains("other side");
    assertThat(heard.line.join()).isEqualTo("last\n");
  }

  @Test
  void whatTheOtherSideDoesNotTakeYetIsSentLater() throws IOException {
    socket.start(heard);
    byte[] large = new byte[8 << 20];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31);
    }
    socket.write(large);
    socket.write("end".getBytes(UTF_8));
    ByteBuffer got = ByteBuffer.allocate(large.length + 3);
    while (got.hasRemaining() && other.read(got) >= 0) {
      deadline.check("all bytes");
    }
    assertThat(got.hasRemaining()).isFalse();
    assertThat(ByteBuffer.wrap(got.array(), 0, large.length)).isEqualTo(ByteBuffer.wrap(large));
  }

  @Test
  void aWriteToAClosedConnectionIsDropped() throws IOException {
    socket.start(heard);
    other.close();
    deadline.await(heard.end, "the end");
    socket.write("x".getBytes(UTF_8));
    socket.close();
  }

  @Test
  void withoutAListenerThereIsNoConnection(@TempDir Path temp) {
    assertThatThrownBy(() -> sockets.connect(temp.resolve("none")))
        .isInstanceOf(OsException.class)
        .hasMessageContaining("none");
  }

  @RepeatedTest(20)
  void manyConnectionsWithWaitersAndWithoutAllHearEverything(@TempDir Path temp) throws Exception {
    int count = 20;
    List<Thread> threads = new ArrayList<>();
    List<CompletableFuture<String>> lines = new ArrayList<>();
    Path path = temp.resolve("many");
    try (ServerSocketChannel many = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      many.bind(UnixDomainSocketAddress.of(path), count);
      for (int i = 0; i < count; i++) {
        Heard each = new Heard();
        StreamSocket one = sockets.connect(path);
        one.start(each);
        SocketChannel peer = many.accept();
        lines.add(each.line);
        boolean waits = i % 2 == 0;
        threads.add(
            new Thread(
                () -> {
                  if (waits) {
                    one.await(each.line, "a line", deadline);
                  }
                }));
        threads.add(new Thread(() -> speak(peer)));
      }
      threads.forEach(Thread::start);
      for (CompletableFuture<String> line : lines) {
        assertThat(deadline.await(line, "a line")).isEqualTo("a b c\n");
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  private static void speak(SocketChannel peer) {
    try (peer) {
      for (String word : List.of("a ", "b ", "c\n")) {
        peer.write(ByteBuffer.wrap(word.getBytes(UTF_8)));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closingGivesEveryDescriptorBack() throws Exception {
    socket.start(heard);
    socket.await(CompletableFuture.completedFuture(1), "nothing", deadline);
    long before = descriptors();
    for (int i = 0; i < 50; i++) {
      StreamSocket one = sockets.connect(Path.of(server.getLocalAddress().toString()));
      SocketChannel peer = server.accept();
      one.start(new Heard());
      one.close();
      peer.close();
    }
    assertThat(descriptors()).isLessThanOrEqualTo(before);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void aFullQueueIsWaitedForUntilTheOtherSideAccepts(@TempDir Path temp) throws IOException {
    Path path = temp.resolve("full");
    try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      full.bind(UnixDomainSocketAddress.of(path), 1);
      List<StreamSocket> queued = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                while (queued.size() < 10) {
                  queued.add(sockets.connect(path));
                }
              })
          .isInstanceOf(OsException.class);
      queued.forEach(StreamSocket::close); // they keep their places
      CompletableFuture<StreamSocket> later = sockets.connectPatiently(path).toCompletableFuture();
      assertThat(later).isNotDone();
      for (int count = 0; count < queued.size(); count++) {
        full.accept().close();
      }
      StreamSocket connected = deadline.await(later, "the connection");
      try (SocketChannel accepted = full.accept()) {
        connected.start(heard);
        accepted.write(ByteBuffer.wrap("line\n".getBytes(UTF_8)));
        assertThat(deadline.await(heard.line, "line")).isEqualTo("line\n");
      }
    }
  }

  @Test
  void aListenerThatGoesAwayEndsTheWait(@TempDir Path temp) throws IOException {
    Path path = temp.resolve("full");
    CompletableFuture<StreamSocket> later;
    try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      full.bind(UnixDomainSocketAddress.of(path), 1);
      sockets.connect(path);
      sockets.connect(path);
      later = sockets.connectPatiently(path).toCompletableFuture();
    }
    assertThatThrownBy(() -> deadline.await(later, "the connection"))
        .isInstanceOf(OsException.class);
  }
}
