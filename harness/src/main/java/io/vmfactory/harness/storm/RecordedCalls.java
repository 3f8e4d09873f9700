package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.DriveMode;
import io.vmfactory.api.v1.Fork;
import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestException;
import io.vmfactory.harness.storm.History.Entry;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The calls of one actor. Records each call and its result in the history. */
final class RecordedCalls {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The time between two attempts, unless the daemon advises another. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private static final int RANDOM_BYTES = 32;

  private final String actor;
  private final History history;
  private final FactoryClient client;

  RecordedCalls(String actor, History history, FactoryClient client) {
    this.actor = actor;
    this.history = history;
    this.client = client;
  }

  /** Returns a VM, or empty if the call failed. */
  Optional<Grant> get(Kind kind, GetVmRequest request, Deadline deadline) {
    Entry entry = history.begin(actor, kind, deadline);
    VmHandle handle = tried(entry, e -> client.getVm(request, deadline));
    if (handle == null) {
      return Optional.empty();
    }
    entry.vm(handle.vm().getId()).lease(handle.lease().getId(), ttl(handle));
    String route = handle.granted().getRoute() + " " + handle.granted().getRouteReason();
    return Optional.of(new Grant(handle, entry.end(Outcome.OK, route), 0, false));
  }

  /** Returns that many clones of the VM, or none if the call failed. */
  List<Grant> fork(Grant source, int count, Duration lasting) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.FORK, deadline).vm(source.vm());
    ForkVmResponse forks =
        tried(entry, e -> client.leases().fork(source.lease(), count, lasting, actor, deadline));
    if (forks == null) {
      return List.of();
    }
    Operation fork = entry.end(Outcome.OK, count + " clones");
    return forks.getForksList().stream().map(one -> forked(source, one, fork, deadline)).toList();
  }

  private Grant forked(Grant source, Fork clone, Operation fork, Deadline deadline) {
    VmHandle handle = client.handle(clone);
    Entry entry = history.begin(actor, Kind.FORKED, deadline).since(fork).vm(handle.vm().getId());
    Operation given =
        entry.lease(handle.lease().getId(), ttl(handle)).end(Outcome.OK, Route.FORK.toString());
    return new Grant(handle, given, source.layers() + 1, false);
  }

  /** Pauses the VM. Afterwards it may be paused even if the call failed. */
  Grant pause(Grant grant) {
    onLease(Kind.PAUSE, grant, deadline -> client.leases().pause(grant.lease(), deadline));
    return grant.paused(true);
  }

  /** Lets the VM run again, unless the call fails. */
  Grant resume(Grant grant) {
    return onLease(
            Kind.RESUME, grant, deadline -> client.leases().resume(grant.lease(), null, deadline))
        ? grant.paused(false)
        : grant;
  }

  /** Attaches a drive to which the VM writes, in a layer of its own. */
  void attach(Grant grant, Path image) {
    onLease(
        Kind.ATTACH,
        grant,
        deadline -> grant.handle().attachDrive(image, DriveMode.OVERLAY, deadline));
  }

  private boolean onLease(Kind kind, Grant grant, Function<Deadline, Object> call) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, kind, deadline).vm(grant.vm());
    boolean done = tried(entry, e -> call.apply(deadline)) != null;
    if (done) {
      entry.end(Outcome.OK, "");
    }
    return done;
  }

  Optional<GetBaseVmResponse> getBase(Deadline deadline) {
    Entry entry = history.begin(actor, Kind.GET_BASE, deadline);
    GetBaseVmResponse given =
        tried(entry, e -> client.getBaseVm(GetBaseVmRequest.getDefaultInstance(), deadline));
    if (given != null) {
      entry.vm(given.getVm().getId()).end(Outcome.OK, given.getRoute().toString());
    }
    return Optional.ofNullable(given);
  }

  /** Asks the guest for its identity. */
  void identify(Grant grant) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.IDENTIFY, deadline).vm(grant.vm());
    Object done =
        tried(
            entry,
            e -> {
              try (GuestAgent agent = grant.handle().agent(deadline)) {
                return e.identity(agent.identity(RANDOM_BYTES, deadline));
              }
            });
    if (done != null) {
      entry.end(Outcome.OK, "");
    }
  }

  /** Renews the lease. Returns the grant with the new lease, or as it was if the call failed. */
  Grant renew(Grant grant) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.RENEW, deadline).vm(grant.vm());
    Object done = tried(entry, e -> grant.handle().renew(deadline));
    if (done == null) {
      return grant;
    }
    return grant.renewed(entry.lease(grant.lease(), ttl(grant.handle())).end(Outcome.OK, ""));
  }

  /**
   * Releases the lease. Returns true if nothing is left to release. Returns false if no daemon
   * could say so, after the pause that a daemon asks for while it takes the VM over.
   */
  boolean release(Grant grant) {
    Deadline deadline = Deadline.after(LIMIT);
    Entry entry = history.begin(actor, Kind.RELEASE, deadline).vm(grant.vm());
    entry.lease(grant.lease(), Duration.ZERO);
    try {
      client.leases().release(grant.lease(), deadline);
      entry.end(Outcome.OK, "");
      return true;
    } catch (FactoryException e) {
      boolean over =
          entry.end(outcome(e), e.code() + " " + e.getMessage()).outcome() == Outcome.REFUSED;
      if (!over) {
        pause(e.retryAfter().orElse(PAUSE));
      }
      return over;
    }
  }

  private static void pause(Duration span) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    over.completeOnTimeout(null, span.toNanos(), TimeUnit.NANOSECONDS);
    Deadline.after(LIMIT).await(over, "the time to ask again");
  }

  static Duration ttl(VmHandle handle) {
    com.google.protobuf.Duration ttl = handle.lease().getTtl();
    return Duration.ofSeconds(ttl.getSeconds(), ttl.getNanos());
  }

  /** Runs {@code call}. If it fails, records that and returns null. */
  static <T> @Nullable T tried(Entry entry, Function<Entry, T> call) {
    try {
      return call.apply(entry);
    } catch (FactoryException e) {
      entry.end(outcome(e), e.code() + " " + e.getMessage());
    } catch (CancelledException e) {
      entry.end(Outcome.UNKNOWN, "called off");
    } catch (GuestException | DeadlineExceededException e) {
      entry.end(Outcome.REFUSED, ErrorText.of(e));
    }
    return null;
  }

  private static Outcome outcome(FactoryException e) {
    return switch (e.code()) {
      case NOT_RUNNING, FORBIDDEN -> Outcome.AWAY;
      case UNAVAILABLE, DEADLINE, CANCELLED -> Outcome.UNKNOWN;
      default -> Outcome.REFUSED;
    };
  }
}
