package io.vmfactory.factory.vm;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One VM of this daemon, from its start to its end: the VM itself, its folder, its record, and the
 * connection to its agent while the daemon keeps one. Each step of its life that the journal knows
 * is a method here, which writes it before it returns. The VM belongs to one owner at a time, who
 * ends it or passes it on.
 */
public final class HostedVm {
  private final Vm vm;
  private final VmFolder folder;
  private final Journal journal;
  private final CompletableFuture<RuntimeException> failed = new CompletableFuture<>();
  private final ReentrantLock resting = new ReentrantLock();
  private volatile VmRecord record;
  private volatile Instant at;
  private volatile @Nullable GuestAgent agent;

  /**
   * A VM that has been started or taken over.
   *
   * @param record what the journal says of it
   */
  public HostedVm(Vm vm, VmFolder folder, VmRecord record, Journal journal) {
    this.vm = vm;
    this.folder = folder;
    this.record = record;
    this.journal = journal;
    this.at = Instant.parse(record.madeAt());
  }

  public VmId id() {
    return vm.identity().id();
  }

  public Vm vm() {
    return vm;
  }

  /** Its sockets and logs. */
  public VmFolder folder() {
    return folder;
  }

  /** What the journal says of it, or will say with its lease. */
  public VmRecord record() {
    return record;
  }

  /** Hex; empty = made without a template. */
  public String templateKey() {
    return record.templateKey();
  }

  /** What it has; before it is handed out, what it had at boot. */
  public Sizing sizing() {
    return record.sizing();
  }

  /** When its making began; for one off the stock, when it was taken. */
  public Instant at() {
    return at;
  }

  /** The connection over which it was made unique; null = it is not unique, or no longer kept. */
  public @Nullable GuestAgent agent() {
    return agent;
  }

  /** Keeps {@code connected}, over which it answers and was made unique. */
  public void keep(GuestAgent connected) {
    agent = connected;
  }

  /**
   * Closes the connection to its agent, if it has one: the agent's port takes one host at a time.
   */
  public void closeAgent() {
    GuestAgent last = agent;
    agent = null;
    if (last != null) {
      last.close();
    }
  }

  // Its life, as the journal knows it.

  /** It is started: STARTED in the journal. */
  void started() {
    write(record.started(vm.identity()));
  }

  /** It is started as a shell of the template with that digest: SHELL in the journal. */
  void startedAsShell(String digest) {
    write(record.started(vm.identity()).shell(digest));
  }

  /** It is warm on stock, a clone of the template with that digest: WARM in the journal. */
  public void warm(String digest) {
    write(record.warm(digest));
  }

  /** It is taken off the stock for a customer. */
  public void taken(Instant when) {
    at = when;
  }

  /**
   * It is handed out with these facts, which go into the journal with its lease.
   *
   * @param route of the request: a word of the wire
   * @param hostname as set in the guest
   * @param sizing what it really has
   */
  public void handedOut(String route, String hostname, Sizing sizing) {
    record = record.handedOut(route, hostname, sizing, at);
  }

  /** It shares memory with the other clones of a snapshot; for the record, not written yet. */
  public void forked(String snapshot) {
    record = record.forked(snapshot);
  }

  /** It has more CPUs or memory than before: in the journal. */
  public void grown(Sizing sizing) {
    write(record.grown(sizing));
  }

  /** It is about to be leased, or its lease about to be renewed: LEASED in the journal. */
  public void leased(LeaseEntry lease) {
    write(record.leased(lease));
  }

  /** Whether its customer has paused it, or is about to. */
  public boolean isPaused() {
    LeaseEntry lease = record.lease();
    return lease != null && lease.rests();
  }

  /**
   * Does something that no other such thing may come between: letting it rest, or ending that.
   *
   * @param what for the failure if another one takes too long
   */
  public <T> T exclusively(String what, Deadline deadline, Supplier<T> step) {
    try {
      if (!resting.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        throw deadline.exceeded(what + " to end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("cancelled while waiting for " + what, e);
    }
    try {
      return step.get();
    } finally {
      resting.unlock();
    }
  }

  /** It is about to be given away, GIVEN_AWAY in the journal; then it is no longer ours. */
  public void giveAway() {
    write(record.givenAway());
    vm.detach();
  }

  private void write(VmRecord next) {
    journal.write(folder, next);
    record = next;
  }

  /** Lets a user reach its agent and read its console. */
  public void openTo(long uid) {
    folder.openTo(uid);
  }

  // Its end.

  /** Ends it, even if the thread is cancelled; the cancellation stays pending. */
  public void end() {
    closeAgent();
    boolean cancelled = Thread.interrupted();
    try {
      vm.kill();
    } catch (CancelledException e) {
      cancelled = true;
      Thread.interrupted();
      vm.kill();
    } finally {
      if (cancelled) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Ends it because of {@code failure}.
   *
   * @return what to throw: that the VM ended by itself, if the failure came from that
   */
  public RuntimeException end(RuntimeException failure) {
    CompletableFuture<VmExit> exited = vm.signals().exited().toCompletableFuture();
    RuntimeException cause = failure;
    if (exited.isDone() && !exited.isCompletedExceptionally()) {
      cause =
          new VmmException(
              VmmException.Reason.DIED,
              "the VM ended by itself: %s (%s)".formatted(exited.join(), failure.getMessage()),
              failure);
    }
    try {
      end();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
    failed.complete(cause);
    return cause;
  }

  /** Completes when it has been ended because of a failure, with that failure. */
  public CompletionStage<RuntimeException> failed() {
    return failed.minimalCompletionStage();
  }
}
