package io.vmfactory.runtime.verbs;

import io.vmfactory.api.runtime.v1.ConnectNetworkRequest;
import io.vmfactory.api.runtime.v1.NetworkInterface;
import io.vmfactory.api.runtime.v1.NetworkNeighbour;
import io.vmfactory.api.runtime.v1.NetworkRoute;
import io.vmfactory.client.sandbox.SandboxNetwork;
import io.vmfactory.client.sandbox.SandboxNetwork.Link;
import io.vmfactory.guest.GuestNetwork.Neighbour;
import io.vmfactory.guest.GuestNetwork.Route;
import java.nio.file.Path;
import java.util.Comparator;

/** Converts the networks of engines. */
final class NetworkProtos {
  private NetworkProtos() {}

  static SandboxNetwork network(ConnectNetworkRequest q, Path namespace) {
    return new SandboxNetwork(
        namespace,
        q.getInterfacesList().stream()
            .map(it -> link(it, q.getAttachedList().contains(it.getHostEnd())))
            .toList(),
        q.getRoutesList().stream()
            .sorted(Comparator.comparing(NetworkRoute::getMetric, Integer::compareUnsigned))
            .map(NetworkProtos::route)
            .toList(),
        q.getNeighboursList().stream().map(NetworkProtos::neighbour).toList(),
        q.getUnusedList());
  }

  private static Link link(NetworkInterface it, boolean attached) {
    return new Link(
        it.getName(), it.getHostEnd(), attached, it.getMac(), it.getMtu(), it.getAddressesList());
  }

  private static Route route(NetworkRoute it) {
    return new Route(
        it.getDestination(), it.getGateway(), it.getDevice(), it.getSource(), it.getOnLink());
  }

  private static Neighbour neighbour(NetworkNeighbour it) {
    return new Neighbour(it.getAddress(), it.getDevice(), it.getMac());
  }
}
