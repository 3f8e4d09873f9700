package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
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
  private final FactoryClient client;
  private final RecordedCalls calls;
  private final Hand hand;
  private final SnapshotClient snapshots;
  private final List<CompletableFuture<Void>> silences = new ArrayList<>();

  /** Makes client {@code number}, counted from 1. */
  StormClient(int number, long seed, Ground ground) {
    this.name = "client " + number;
    this.dice = new Dice(seed, name);
    this.ground = ground;
    this.client = FactoryClient.open(ground.seat().home().socket());
    this.calls = new RecordedCalls(name, ground.history(), client);
    this.hand = new Hand(ground, calls);
    this.snapshots =
        new SnapshotClient(
            "own-" + number,
            dice,
            hand,
            new SnapshotClient.Recorded(
                calls, new RecordedTemplates(name, ground.history(), client)),
            request(TTL_SECONDS),
            ground.image());
  }

  /**
   * Does {@code steps} operations, then gives back all VMs. Nothing of the client is left
   * afterwards but, now and then, templates.
   */
  void cycle(int steps) {
    for (int i = 0; i < steps; i++) {
      step(dice.below(100));
    }
    hand.releaseAll();
    for (CompletableFuture<Void> silence : silences) {
      Deadline.after(LONGEST_SILENCE).await(silence, "a lease that is not renewed to end");
    }
    silences.clear();
    if (dice.chance(50)) {
      ground.seat().awaitUp();
      snapshots.removeOwn();
    }
  }

  private void step(int choice) {
    ground.seat().awaitUp();
    if (hand.size() >= MOST_IN_HAND || (choice < 20 && hand.size() > 0)) {
      useOld();
    } else if (choice < 45) {
      useNew(calls.get(Kind.GET_PATIENT, request(TTL_SECONDS), Deadline.after(PATIENCE)));
    } else if (choice < 52) {
      GetVmRequest one = request(TTL_SECONDS).toBuilder().addRoutes(dice.of(ROUTES)).build();
      useNew(calls.get(Kind.GET, one, Deadline.after(PATIENCE)));
    } else if (choice < 58) {
      useNew(calls.get(Kind.GET, request(TTL_SECONDS), Deadline.after(dice.millis(1, 400))));
    } else if (choice < 64) {
      calledOff(dice.millis(0, 300));
    } else if (choice < 71) {
      calls
          .get(Kind.GET_PATIENT, request(SHORT_TTL_SECONDS), Deadline.after(PATIENCE))
          .ifPresent(this::vanish);
    } else if (choice < 77) {
      calls.getBase(Deadline.after(PATIENCE)).ifPresent(this::bury);
    } else {
      snapshots.useTemplate(this::useClone);
    }
  }

  private GetVmRequest request(int ttlSeconds) {
    GetVmRequest.Builder request = GetVmRequest.newBuilder().setOwner(name);
    request.getLeaseTtlBuilder().setSeconds(ttlSeconds);
    return request.build();
  }

  private void useNew(Optional<Grant> granted) {
    granted.ifPresent(
        grant -> {
          hand.take(grant);
          use(grant);
        });
  }

  private void use(Grant taken) {
    calls.identify(taken);
    Grant grant = dice.chance(30) ? hand.renew(taken) : taken;
    if (dice.chance(50)) {
      snapshots.copy(grant, this::useClone).ifPresent(this::keepOrRelease);
    } else {
      keepOrRelease(grant);
    }
  }

  private void keepOrRelease(Grant grant) {
    if (dice.chance(60)) {
      hand.release(grant);
    }
  }

  /** Uses a clone of a VM that was used: now and then for a copy of the copy. */
  private void useClone(Grant clone) {
    calls.identify(clone);
    if (hand.size() <= MOST_IN_HAND && dice.chance(30)) {
      snapshots.copy(clone, this::useClone).ifPresent(this::keepOrRelease);
    } else if (dice.chance(80)) {
      hand.release(clone);
    }
  }

  private void useOld() {
    Grant grant = hand.renew(hand.oldest());
    if (grant.paused()) {
      grant = snapshots.resume(grant);
    }
    if (!grant.paused()) {
      calls.identify(grant);
    }
    if (dice.chance(50)) {
      hand.release(grant);
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
    useNew(grant);
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
    client.close();
  }
}
