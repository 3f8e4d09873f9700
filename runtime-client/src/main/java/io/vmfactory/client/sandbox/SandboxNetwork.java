package io.vmfactory.client.sandbox;

import io.vmfactory.guest.GuestNetwork.Neighbour;
import io.vmfactory.guest.GuestNetwork.Route;
import java.nio.file.Path;
import java.util.List;

/**
 * The network that a sandbox gets: a copy of that of a network namespace on the host.
 *
 * @param namespace the path of the network namespace
 * @param links its interfaces
 * @param routes all routes through them; of two to one destination, the earlier one counts
 * @param neighbours the neighbours that are known for good
 * @param unused host's ends in the namespace whose interfaces have gone
 */
public record SandboxNetwork(
    Path namespace,
    List<Link> links,
    List<Route> routes,
    List<Neighbour> neighbours,
    List<String> unused) {
  public SandboxNetwork {
    links = List.copyOf(links);
    routes = List.copyOf(routes);
    neighbours = List.copyOf(neighbours);
    unused = List.copyOf(unused);
  }

  /**
   * An interface of the host, which the guest gets too.
   *
   * @param name its name
   * @param hostEnd the name of the host's end of the NIC beside it, 1..15 characters
   * @param attached whether that is in the namespace already
   * @param mac six hex pairs
   * @param mtu bytes
   * @param addresses with prefix length, without IPv6 addresses of the link
   */
  public record Link(
      String name, String hostEnd, boolean attached, String mac, int mtu, List<String> addresses) {
    public Link {
      addresses = List.copyOf(addresses);
    }
  }
}
