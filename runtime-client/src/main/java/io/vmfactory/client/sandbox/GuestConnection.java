package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.vmm.VmProcessTable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** The VM of a sandbox and one connection to its agent. A broken connection stays broken. */
final class GuestConnection implements AutoCloseable {
  private final String sandbox;
  private final Machine machine;
  private final GuestAgent agent;
  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private volatile boolean closed;

  private GuestConnection(String sandbox, Machine machine, GuestAgent agent) {
    this.sandbox = sandbox;
    this.machine = machine;
    this.agent = agent;
  }

  /** Connects to the agent of {@code machine}. The caller still closes {@code machine}. */
  static GuestConnection open(String sandbox, Machine machine, Deadline deadline) {
    GuestConnection link = new GuestConnection(sandbox, machine, machine.agent(deadline));
    machine.lost().thenAccept(link::lose);
    link.agent.gone().thenAccept(why -> link.lose(link.explained(why)));
    return link;
  }

  private void lose(String why) {
    if (!closed) {
      lost.complete(why);
    }
  }

  private String explained(String why) {
    return machine.facts().who().lives(VmProcessTable.PROC)
        ? "the connection to its agent broke: " + why
        : "its process " + machine.facts().who().pid() + " has ended";
  }

  Machine machine() {
    return machine;
  }

  GuestAgent agent() {
    return agent;
  }

  /** Returns whether the connection is broken. */
  boolean broken() {
    return closed || lost.isDone();
  }

  /**
   * Returns a stage that completes, with the reason, when the VM is gone or can no longer be
   * reached.
   */
  CompletionStage<String> lost() {
    return lost.minimalCompletionStage();
  }

  /** Makes a call to the guest. */
  <T> T ask(Function<GuestAgent, T> question) {
    try {
      return question.apply(agent);
    } catch (GuestException e) {
      throw failure(e);
    }
  }

  /** Translates a failure that the guest reported. */
  SandboxException failure(GuestException e) {
    return e.code() == GuestException.UNAVAILABLE && broken() ? gone(e) : SandboxFailures.of(e);
  }

  /** Translates {@code e} for a stream. */
  IOException streamFailure(RuntimeException e) {
    return ioException(e instanceof GuestException guest ? failure(guest) : e);
  }

  /** Returns the connection for a stream. Throws only IOException. */
  static GuestConnection forStream(Supplier<GuestConnection> connect) throws IOException {
    try {
      return connect.get();
    } catch (RuntimeException e) {
      throw ioException(e);
    }
  }

  /**
   * Translates {@code e} into an IOException. As with other streams, the exception alone reports an
   * interrupt.
   */
  private static IOException ioException(RuntimeException e) {
    if (e instanceof CancelledException) {
      Thread.interrupted();
      return (IOException) new InterruptedIOException(e.getMessage()).initCause(e);
    }
    return new IOException(e.getMessage(), e);
  }

  private SandboxException gone(GuestException e) {
    String why = lost.getNow("it was stopped");
    return new SandboxException(
        Reason.LOST, "the VM of sandbox %s is gone: %s".formatted(sandbox, why), e);
  }

  /** Closes the connection. */
  @Override
  public void close() {
    closed = true;
    agent.close();
  }
}
