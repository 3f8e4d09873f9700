package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.vmm.VmmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request for clones of one VM while it is served, with all that it holds: its entry among the
 * requests under way, a place for each clone, a turn. Confined to one thread.
 *
 * <p>Life: {@link #admit}; {@link #served}, or {@link #failed} with what went wrong; {@link
 * #close}, which gives back what the request still holds and counts how it ended.
 */
public final class GroupHandOut implements AutoCloseable {
  private final HandOuts parts;
  private final Route route;
  private final Deadline deadline;
  private final Laps laps = new Laps();
  private final RequestTrack track;
  private final List<Admission.Place> places = new ArrayList<>();
  private @Nullable Peer client;
  private @Nullable CustomersTurn turn;
  private @Nullable GrantedFork granted;

  GroupHandOut(HandOuts parts, Verb verb, Route route, Deadline deadline) {
    this.parts = parts;
    this.route = route;
    this.deadline = deadline;
    this.track = new RequestTrack(parts, verb);
  }

  /**
   * Takes places for {@code count} VMs of a client, and waits for a turn to make them.
   *
   * @param uid the user that the VMs will belong to
   * @param memoryMib memory of each VM
   * @throws RequestException with reason {@code EXHAUSTED} when there are not so many places, or
   *     the client's user may not have so many VMs
   */
  public void admit(Peer client, long uid, int count, int memoryMib) {
    this.client = client;
    while (places.size() < count) {
      places.add(parts.admission().enter(client, uid, memoryMib));
    }
    laps.lap("admit");
    turn = parts.routes().customersTurn(deadline);
    laps.lap("turn");
  }

  /**
   * Counts memory that all the VMs will share, for their user, until the last of them has ended.
   * Call it before {@link #admit} has given the places to VMs.
   *
   * @param id names this memory
   * @throws RequestException with reason {@code EXHAUSTED} if the user may not have so much
   */
  public void share(Peer by, String id, int memoryMib) {
    parts.admission().share(by, places, id, memoryMib);
  }

  /** Returns times of the steps so far. */
  public Laps laps() {
    return laps;
  }

  public Deadline deadline() {
    return deadline;
  }

  /** Returns the place of one of the VMs, counted from 0. */
  public Admission.Place place(int index) {
    return places.get(index);
  }

  /** The request is served with {@code result}, and its places have passed on with the VMs. */
  public GrantedFork served(GrantedFork result) {
    granted = result;
    return result;
  }

  /**
   * The request fails with {@code cause}, which is recorded unless it is a refusal.
   *
   * @return what to throw
   */
  public RuntimeException failed(Throwable cause) {
    if (client != null && !isRefusal(cause)) {
      parts.routes().failures().recordOf(client.user().uid(), "route " + route, "", cause);
    }
    return track.failed(cause);
  }

  private static boolean isRefusal(Throwable cause) {
    return cause instanceof RequestException
        || (cause instanceof VmmException e && e.reason() == VmmException.Reason.INVALID);
  }

  @Override
  public void close() {
    track.leave(this::giveBack);
    if (granted != null) {
      track.countServed(route, granted.vms().size(), granted.hops());
    } else {
      track.countFailed();
    }
  }

  private void giveBack() {
    if (turn != null) {
      turn.close();
    }
    if (granted == null) {
      places.forEach(Admission.Place::close); // those of VMs that were released are closed already
    }
  }
}
