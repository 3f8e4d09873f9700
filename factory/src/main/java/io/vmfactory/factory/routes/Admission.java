package io.vmfactory.factory.routes;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.turns.MeanTime;
import io.vmfactory.vmm.VmIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many VMs exist at once, with those that are being made or ended, those of each user,
 * and those that were given away.
 */
public final class Admission {
  /** The default duration of a lease. */
  private static final Duration FIRST_GUESS = Duration.ofMinutes(1);

  private final int maxVms;
  private final UserShares shares;
  private final Predicate<VmIdentity> lives;
  private final MeanTime stay = new MeanTime(FIRST_GUESS);
  private final List<GivenAway> givenAway = new ArrayList<>();
  private final Map<String, Shared> sharing = new HashMap<>();
  private int taken;
  private CompletableFuture<Void> empty = CompletableFuture.completedFuture(null);

  private record GivenAway(VmView vm, Place place) {}

  /** Memory that several VMs of one user share. */
  private record Shared(long uid, int memoryMib, int vms) {
    Shared with(int others) {
      return new Shared(uid, memoryMib, others);
    }
  }

  /**
   * @param lives whether a VM that was given away still exists
   */
  public Admission(DaemonConfig config, Predicate<VmIdentity> lives) {
    this.maxVms = config.maxVms();
    this.shares = new UserShares(config.users());
    this.lives = lives;
  }

  /**
   * Takes a place for one VM of the daemon itself.
   *
   * @throws RequestException with reason {@code EXHAUSTED} if all are taken. Its hint is the mean
   *     stay of a VM divided by the number of VMs: the mean time until one leaves
   */
  public synchronized Place enter() {
    return enter(Peer.daemon(), 0);
  }

  /**
   * Takes a place for one VM of a client.
   *
   * @param memoryMib memory of the VM
   * @throws RequestException with reason {@code EXHAUSTED} if all are taken, as above, or if the
   *     client's user has as much as one user may have
   */
  public synchronized Place enter(Peer client, int memoryMib) {
    return enter(client, client.user().uid(), memoryMib);
  }

  /** Takes a place for one VM of a client that belongs to {@code uid}; throws as above. */
  synchronized Place enter(Peer client, long uid, int memoryMib) {
    if (taken + givenAway.size() >= maxVms) {
      sweep();
    }
    if (taken + givenAway.size() >= maxVms) {
      throw Refusals.exhausted(
          "all %d VMs are in use (max_vms in the configuration)%s; release one"
              .formatted(maxVms, givenAway.isEmpty() ? "" : baseVms()),
          stay.mean().dividedBy(maxVms));
    }
    shares.require(client, memoryMib);
    return enterAnyway(uid, memoryMib);
  }

  private String baseVms() {
    return ", %d of them base VMs that were given away".formatted(givenAway.size());
  }

  /** Takes a place for a user's VM that exists already, even beyond the limits. */
  public synchronized Place enterAnyway(long uid, int memoryMib) {
    if (taken++ == 0) {
      empty = new CompletableFuture<>();
    }
    shares.take(uid, memoryMib);
    return new Place(uid, memoryMib);
  }

  /**
   * Counts memory that the VMs of these places share: once, until the last of them is closed.
   *
   * @param id names this memory
   * @throws RequestException with reason {@code EXHAUSTED} if the client's user may not have so
   *     much
   */
  synchronized void share(Peer client, List<Place> places, String id, int memoryMib) {
    shares.requireMemory(client, memoryMib);
    places.forEach(place -> place.shares(id, memoryMib));
  }

  /** Counts a VM that an earlier daemon gave away. */
  public synchronized void countGivenAway(VmView vm) {
    enterAnyway(Peer.daemon().user().uid(), 0).giveAway(vm);
  }

  /** Returns the VMs that were given away and still exist, oldest first. */
  public synchronized List<VmView> givenAway() {
    sweep();
    return givenAway.stream().map(GivenAway::vm).toList();
  }

  /** A base VM has an owner of its own, who ends it without a word to this daemon. */
  private void sweep() {
    for (GivenAway one : List.copyOf(givenAway)) {
      if (!lives.test(one.vm().identity())) {
        givenAway.remove(one);
        one.place().gone();
      }
    }
  }

  /** Completes when all places are free, except those of VMs that were given away. */
  public synchronized CompletionStage<Void> empty() {
    return empty;
  }

  private void leave() {
    if (--taken == 0) {
      empty.complete(null);
    }
  }

  /** One VM's place; closed when the VM has ended. */
  public final class Place implements AutoCloseable {
    private final long since = System.nanoTime();
    private final long uid;
    private int memoryMib;
    private @Nullable String shared;
    private boolean closed;

    private Place(long uid, int memoryMib) {
      this.uid = uid;
      this.memoryMib = memoryMib;
    }

    /** The VM has this memory: more than was asked for, if its template has more. */
    public void holds(int mib) {
      synchronized (Admission.this) {
        if (!closed) {
          shares.giveBack(uid, memoryMib);
          memoryMib = mib;
          shares.take(uid, memoryMib);
        }
      }
    }

    /** The VM shares memory with others, see {@link Admission#share}. It is counted anyway. */
    public void shares(String id, int mib) {
      synchronized (Admission.this) {
        if (!closed && shared == null) {
          shared = id;
          Shared now = sharing.getOrDefault(id, new Shared(uid, mib, 0));
          sharing.put(id, now.with(now.vms() + 1));
          if (now.vms() == 0) {
            shares.addMemory(now.uid(), now.memoryMib());
          }
        }
      }
    }

    private void shareNoMore(String id) {
      Shared now = Objects.requireNonNull(sharing.get(id));
      if (now.vms() > 1) {
        sharing.put(id, now.with(now.vms() - 1));
      } else {
        sharing.remove(id);
        shares.addMemory(now.uid(), -now.memoryMib());
      }
    }

    /**
     * The VM gets more memory.
     *
     * @param mib what it will have
     * @throws RequestException with reason {@code EXHAUSTED} if the client's user has as much as
     *     one user may have
     */
    public void grow(Peer client, int mib) {
      synchronized (Admission.this) {
        shares.requireMemory(client, mib - memoryMib);
        holds(mib);
      }
    }

    /** The VM is given away: its place is taken until its process is gone. */
    public void giveAway(VmView vm) {
      synchronized (Admission.this) {
        if (!closed) {
          closed = true;
          givenAway.add(new GivenAway(vm, this));
          leave();
        }
      }
    }

    private void gone() {
      stay.add(System.nanoTime() - since);
      shares.giveBack(uid, memoryMib);
      if (shared != null) {
        shareNoMore(shared);
      }
    }

    @Override
    public void close() {
      synchronized (Admission.this) {
        if (!closed) {
          closed = true;
          gone();
          leave();
        }
      }
    }
  }
}
