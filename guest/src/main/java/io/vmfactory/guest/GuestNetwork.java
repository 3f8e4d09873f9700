package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.util.List;

/** The guest's network. Errors as in {@link GuestAgent}. */
public interface GuestNetwork {
  /** Returns the guest's interfaces. */
  List<Nic> interfaces(Deadline deadline);

  /** Sets name, MAC, MTU and addresses of the interface {@code nic.device()} and brings it up. */
  Nic update(Nic nic, Deadline deadline);

  /** Returns the guest's routes. */
  List<Route> routes(Deadline deadline);

  /** Replaces the guest's routes and returns them all. The routes of its own addresses stay. */
  List<Route> updateRoutes(List<Route> routes, Deadline deadline);

  /** Adds neighbours, so the guest need not ask the network for them. */
  void addNeighbours(List<Neighbour> neighbours, Deadline deadline);

  /**
   * An interface.
   *
   * @param device its current name; empty = found by its MAC
   * @param name its new name
   * @param addresses with prefix length, such as {@code 10.0.0.2/24}
   * @param mtu bytes; 0 = unchanged
   * @param mac six hex pairs; empty = unchanged
   */
  record Nic(String device, String name, List<String> addresses, int mtu, String mac) {
    public Nic {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A route.
   *
   * @param destination network with prefix length; empty = default route
   * @param gateway its address; empty = directly on the link
   * @param device name of the interface
   * @param source source address; empty = none
   * @param onLink whether the gateway is on the link, although no address or route says so
   */
  record Route(String destination, String gateway, String device, String source, boolean onLink) {}

  /** A neighbour: address, interface, MAC. */
  record Neighbour(String address, String device, String mac) {}
}
