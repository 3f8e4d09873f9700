package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.util.List;

/** The guest's network. Errors as in {@link GuestAgent}. */
public interface GuestNetwork {
  /** The guest's interfaces. */
  List<Nic> interfaces(Deadline deadline);

  /** Sets name, MAC, MTU and addresses of the interface {@code nic.device()} and brings it up. */
  Nic update(Nic nic, Deadline deadline);

  /** The guest's routes. */
  List<Route> routes(Deadline deadline);

  /** Replaces the guest's routes; those of its own addresses stay. Returns them all. */
  List<Route> updateRoutes(List<Route> routes, Deadline deadline);

  /** Makes neighbours known that need not be asked for. */
  void addNeighbours(List<Neighbour> neighbours, Deadline deadline);

  /**
   * An interface.
   *
   * @param device as it is called now; empty = found by MAC
   * @param name as it shall be called
   * @param addresses with prefix length, such as {@code 10.0.0.2/24}
   * @param mtu bytes; 0 = as it is
   * @param mac six hex pairs; empty = as it is
   */
  record Nic(String device, String name, List<String> addresses, int mtu, String mac) {
    public Nic {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A route.
   *
   * @param destination with prefix length; empty = default
   * @param gateway address; empty = on the link
   * @param device interface
   * @param source address; empty = none
   */
  record Route(String destination, String gateway, String device, String source) {}

  /** A neighbour: address, interface, MAC. */
  record Neighbour(String address, String device, String mac) {}
}
