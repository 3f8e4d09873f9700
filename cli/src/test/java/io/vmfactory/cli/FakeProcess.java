package io.vmfactory.cli;

import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestProcesses.Output;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;

/** A scripted process in a container. */
final class FakeProcess implements ContainerProcess {
  final CompletableFuture<Integer> exit = new CompletableFuture<>();
  final BlockingQueue<Integer> signals = new LinkedBlockingQueue<>();
  final CompletableFuture<byte[]> input = new CompletableFuture<>();
  InputStream stdout = InputStream.nullInputStream();
  InputStream stderr = InputStream.nullInputStream();

  /** Prints these bytes, then waits until the test ends it. */
  FakeProcess prints(byte[] out, byte[] err) {
    stdout = new ByteArrayInputStream(out);
    stderr = new ByteArrayInputStream(err);
    return this;
  }

  /** Ends at the first signal. */
  FakeProcess mortal() {
    stdout =
        new InputStream() {
          @Override
          public int read() {
            exit.join();
            return -1;
          }
        };
    return this;
  }

  /** Returns a stream that fails as if the VM were gone. */
  static InputStream broken() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("the connection is gone");
      }
    };
  }

  @Override
  public String id() {
    return "p";
  }

  @Override
  public CompletionStage<byte[]> read(Output output) {
    throw new UnsupportedOperationException("no command reads an output in this way");
  }

  @Override
  public OutputStream stdin() {
    return new ByteArrayOutputStream() {
      @Override
      public void close() {
        input.complete(toByteArray());
      }
    };
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
  public CompletionStage<Integer> exited() {
    return exit;
  }

  @Override
  public int await(Deadline deadline) {
    return deadline.await(exit, "the process");
  }

  @Override
  public void signal(int signal, Deadline deadline) {
    signals.add(signal);
  }

  @Override
  public void resize(int rows, int columns, Deadline deadline) {
    signals.addAll(List.of(rows, columns));
  }
}
