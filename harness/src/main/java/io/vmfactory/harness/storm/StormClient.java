package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.RunningVm;
import io.vmfactory.harness.storm.History.Entry;
import io.vmfactory.harness.storm.Operation.Kind;
import io.vmfactory.harness.storm.Operation.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One client: takes VMs in every way, uses, renews and releases them, or falls silent. Confined to
 * one thread.
 */
final class StormClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int TTL_SECONDS = 15;
  private static final int SHORT_TTL_SECONDS = 2;

  /**
   * The longest time until a silent client's VM ends. A daemon that takes over a lease extends it
   * by ten seconds, and several daemons may come and go.
   */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

  private static final int MOST_IN_HAND = 2;
  private static final List<Route> ROUTES =
      List.of(Route.WARM, Route.SHELL, Route.TEMPLATE, Route.COLD);

  private final String name;
  private final Dice dice;
  private final Ground ground;
  private final RecordedCalls calls;
  private final List<Grant> hand = new ArrayList<>();
  private final List<CompletableFuture<Void>> silences = new ArrayList<>();

  StormClient(String name, long seed, Ground ground) {
    this.name = name;
    this.dice = new Dice(seed, name);
    this.ground = ground;
    this.calls = new RecordedCalls(name, ground);
  }

  /**
   * Does {@code steps} operations, then gives back all VMs. Nothing of the client is left
   * afterwards.
   */
  void cycle(int steps) {
    for (int i = 0; i < steps; i++) {
      step(dice.below(100));
    }
    while (!hand.isEmpty()) {
      release(hand.get(0));
    }
    for (CompletableFuture<Void> silence : silences) {
      Deadline.after(LONGEST_SILENCE).await(silence, "a lease that is not renewed to end");
    }
    silences.clear();
  }

  private void step(int choice) {
    ground.seat().awaitUp();
    if (hand.size() >= MOST_IN_HAND || (choice < 20 && !hand.isEmpty())) {
      useOld();
    } else if (choice < 55) {
      use(calls.get(Kind.GET_PATIENT, request(TTL_SECONDS), Deadline.after(PATIENCE)));
    } else if (choice < 65) {
      GetVmRequest one = request(TTL_SECONDS).toBuilder().addRoutes(dice.of(ROUTES)).build();
      use(calls.get(Kind.GET, one, Deadline.after(PATIENCE)));
    } else if (choice < 75) {
      use(calls.get(Kind.GET, request(TTL_SECONDS), Deadline.after(dice.millis(1, 400))));
    } else if (choice < 83) {
      calledOff(dice.millis(0, 300));
    } else if (choice < 92) {
      calls
          .get(Kind.GET_PATIENT, request(SHORT_TTL_SECONDS), Deadline.after(PATIENCE))
          .ifPresent(this::vanish);
    } else {
      calls.getBase(Deadline.after(PATIENCE)).ifPresent(this::bury);
    }
  }

  private GetVmRequest request(int ttlSeconds) {
    GetVmRequest.Builder request = GetVmRequest.newBuilder().setOwner(name);
    request.getLeaseTtlBuilder().setSeconds(ttlSeconds);
    return request.build();
  }

  private void use(Optional<Grant> granted) {
    if (granted.isEmpty()) {
      return;
    }
    Grant grant = granted.get();
    take(grant);
    calls.identify(grant);
    if (dice.chance(30)) {
      grant = renew(grant);
    }
    if (dice.chance(60)) {
      release(grant);
    }
  }

  private void useOld() {
    Grant grant = renew(hand.get(0));
    calls.identify(grant);
    if (dice.chance(50)) {
      release(grant);
    }
  }

  private void calledOff(Duration after) {
    Interruption interruption = new Interruption(Thread.currentThread());
    var timer = ground.timers().schedule(interruption::fire, after.toNanos(), TimeUnit.NANOSECONDS);
    Optional<Grant> grant;
    try {
      grant = calls.get(Kind.GET, request(TTL_SECONDS), Deadline.after(PATIENCE));
    } finally {
      interruption.over();
      timer.cancel(false);
    }
    use(grant);
  }

  /** An interruption that comes in time or not at all. */
  private static final class Interruption {
    private final Thread thread;
    private boolean over;

    Interruption(Thread thread) {
      this.thread = thread;
    }

    synchronized void fire() {
      if (!over) {
        thread.interrupt();
      }
    }

    synchronized void over() {
      over = true;
      boolean unused = Thread.interrupted();
    }
  }

  private void take(Grant grant) {
    hand.add(grant);
    ground.held().put(grant.vm(), grant);
  }

  private Grant renew(Grant grant) {
    Grant renewed = calls.renew(grant);
    hand.set(hand.indexOf(grant), renewed);
    return renewed;
  }

  private void release(Grant grant) {
    while (!calls.release(grant)) {
      ground.seat().awaitUp();
    }
    hand.remove(grant);
    ground.held().remove(grant.vm());
  }

  /** Falls silent about the VM. The operation ends with the VM's process. */
  private void vanish(Grant grant) {
    Deadline deadline = Deadline.after(LONGEST_SILENCE);
    Entry entry =
        ground
            .history()
            .begin(name, Kind.VANISH, deadline)
            .since(grant.last())
            .vm(grant.vm())
            .lease(grant.lease(), grant.last().ttl());
    silences.add(
        grant
            .exit()
            .orTimeout(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)
            .handle(
                (gone, late) -> {
                  entry.end(late == null ? Outcome.OK : Outcome.UNKNOWN, "");
                  return null;
                }));
  }

  /** Ends a base VM and removes its folder, as its owner must. */
  private void bury(GetBaseVmResponse given) {
    Deadline deadline = Deadline.after(PATIENCE);
    Entry entry = ground.history().begin(name, Kind.BURY, deadline).vm(given.getVm().getId());
    ProcessHandle.of(given.getVm().getPid())
        .ifPresent(process -> new RunningVm(given.getVm().getId(), process).kill(deadline));
    Path folder = Path.of(given.getVm().getEndpoints().getConsole()).getParent();
    DaemonHome.remove(Objects.requireNonNull(folder));
    entry.end(Outcome.OK, "");
  }

  @Override
  public void close() {
    calls.close();
  }
}
