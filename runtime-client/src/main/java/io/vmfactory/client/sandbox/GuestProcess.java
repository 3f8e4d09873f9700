package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestProcesses;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A process in a guest. Uses only the connection of its first use: a later connection would miss
 * bytes.
 */
final class GuestProcess implements ContainerProcess {
  private final ProcessRef ref;
  private final Supplier<GuestConnection> connect;
  private final OutputStream stdin;
  private final InputStream stdout;
  private final InputStream stderr;
  private @Nullable GuestConnection link;
  private @Nullable CompletableFuture<Integer> exited;

  /**
   * @param connect returns the sandbox's connection
   */
  GuestProcess(ProcessRef ref, Supplier<GuestConnection> connect) {
    this.ref = ref;
    this.connect = connect;
    this.stdin = new InputWriter(this::link, ref);
    this.stdout = new OutputReader(this::link, ref, Output.STDOUT);
    this.stderr = new OutputReader(this::link, ref, Output.STDERR);
  }

  private synchronized GuestConnection link() {
    if (link == null) {
      link = connect.get();
    }
    return link;
  }

  @Override
  public String id() {
    return ref.exec();
  }

  @Override
  public OutputStream stdin() {
    return stdin;
  }

  @Override
  public InputStream stdout() {
    return stdout;
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public CompletionStage<byte[]> read(Output output) {
    GuestConnection used = link();
    return used.agent()
        .processes()
        .read(ref, output, OutputReader.CHUNK)
        .exceptionally(
            failure -> {
              throw failed(used, failure);
            });
  }

  @Override
  public synchronized CompletionStage<Integer> exited() {
    if (exited == null) {
      GuestConnection used = link();
      exited =
          used.agent()
              .processes()
              .exit(ref)
              .exceptionally(
                  failure -> {
                    throw failed(used, failure);
                  })
              .toCompletableFuture();
    }
    return exited.copy();
  }

  private static RuntimeException failed(GuestConnection used, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof GuestException guest
        ? used.failure(guest)
        : new CompletionException(cause);
  }

  @Override
  public int await(Deadline deadline) {
    return deadline.await(exited(), "the end of process " + ref.exec());
  }

  @Override
  public void signal(int signal, Deadline deadline) {
    ask(processes -> processes.signal(ref, signal, deadline));
  }

  @Override
  public void resize(int rows, int columns, Deadline deadline) {
    ask(processes -> processes.resize(ref, rows, columns, deadline));
  }

  private void ask(Consumer<GuestProcesses> question) {
    link()
        .ask(
            agent -> {
              question.accept(agent.processes());
              return true;
            });
  }
}
