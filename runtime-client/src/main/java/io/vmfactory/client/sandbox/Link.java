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

/** The VM of a sandbox and one connection to its agent. Once broken it stays broken. */
final class Link implements AutoCloseable {
  private final String sandbox;
  private final Machine machine;
  private final GuestAgent agent;
  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private volatile boolean closed;

  private Link(String sandbox, Machine machine, GuestAgent agent) {
    this.sandbox = sandbox;
    this.machine = machine;
    this.agent = agent;
  }

  /** Connects to the agent of {@code machine}, which stays the caller's. */
  static Link open(String sandbox, Machine machine, Deadline deadline) {
    Link link = new Link(sandbox, machine, machine.agent(deadline));
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

  /** Whether nothing can be asked any more. */
  boolean broken() {
    return closed || lost.isDone();
  }

  /** Completes when the VM is gone, or cannot be reached any more, and says why. */
  CompletionStage<String> lost() {
    return lost.minimalCompletionStage();
  }

  /** Asks the guest something. */
  <T> T ask(Function<GuestAgent, T> question) {
    try {
      return question.apply(agent);
    } catch (GuestException e) {
      throw failure(e);
    }
  }

  /** What to throw for what the guest said. */
  SandboxException failure(GuestException e) {
    return e.code() == GuestException.UNAVAILABLE && broken() ? gone(e) : Translate.of(e);
  }

  /** What a stream throws for {@code e}. */
  IOException streamFailure(RuntimeException e) {
    return ioException(e instanceof GuestException guest ? failure(guest) : e);
  }

  /** The connection for a stream, which must throw nothing else when there is none. */
  static Link forStream(Supplier<Link> connect) throws IOException {
    try {
      return connect.get();
    } catch (RuntimeException e) {
      throw ioException(e);
    }
  }

  /** An interrupt is told by the exception alone, as with other streams. */
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

  /** Ends the connection. */
  @Override
  public void close() {
    closed = true;
    agent.close();
  }
}
