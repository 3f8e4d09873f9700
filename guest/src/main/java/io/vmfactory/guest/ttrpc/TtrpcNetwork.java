package io.vmfactory.guest.ttrpc;

import com.google.protobuf.Empty;
import io.vmfactory.api.kata.ARPNeighbors;
import io.vmfactory.api.kata.AddARPNeighborsRequest;
import io.vmfactory.api.kata.Interfaces;
import io.vmfactory.api.kata.ListInterfacesRequest;
import io.vmfactory.api.kata.ListRoutesRequest;
import io.vmfactory.api.kata.Routes;
import io.vmfactory.api.kata.UpdateInterfaceRequest;
import io.vmfactory.api.kata.UpdateRoutesRequest;
import io.vmfactory.api.kata.types.ARPNeighbor;
import io.vmfactory.api.kata.types.IPAddress;
import io.vmfactory.api.kata.types.IPFamily;
import io.vmfactory.api.kata.types.Interface;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestNetwork;
import io.vmfactory.ttrpc.Rpc;
import java.util.List;

/** The guest's network behind one {@link AgentConnection}. */
final class TtrpcNetwork implements GuestNetwork {
  private static final Rpc<Interfaces> LIST_INTERFACES =
      AgentRpcs.agent("ListInterfaces", Interfaces.parser());
  private static final Rpc<Interface> UPDATE_INTERFACE =
      AgentRpcs.agent("UpdateInterface", Interface.parser());
  private static final Rpc<Routes> LIST_ROUTES = AgentRpcs.agent("ListRoutes", Routes.parser());
  private static final Rpc<Routes> UPDATE_ROUTES = AgentRpcs.agent("UpdateRoutes", Routes.parser());
  private static final Rpc<Empty> ADD_ARP_NEIGHBORS =
      AgentRpcs.agent("AddARPNeighbors", Empty.parser());

  /** NUD_PERMANENT of linux/neighbour.h. */
  private static final int PERMANENT = 0x80;

  /** RT_SCOPE_LINK of rtnetlink(7); RT_SCOPE_UNIVERSE is 0. */
  private static final int SCOPE_LINK = 253;

  /** RTNH_F_ONLINK of linux/rtnetlink.h. */
  private static final int ON_LINK = 4;

  private final AgentConnection connection;

  TtrpcNetwork(AgentConnection connection) {
    this.connection = connection;
  }

  @Override
  public List<Nic> interfaces(Deadline deadline) {
    Interfaces answer =
        connection.call(LIST_INTERFACES, ListInterfacesRequest.getDefaultInstance(), deadline);
    return answer.getInterfacesList().stream().map(TtrpcNetwork::nic).toList();
  }

  @Override
  public Nic update(Nic nic, Deadline deadline) {
    Interface message =
        Interface.newBuilder()
            .setDevice(nic.device())
            .setName(nic.name())
            .addAllIPAddresses(nic.addresses().stream().map(TtrpcNetwork::prefixed).toList())
            .setMtu(nic.mtu())
            .setHwAddr(nic.mac())
            .build();
    UpdateInterfaceRequest request =
        UpdateInterfaceRequest.newBuilder().setInterface(message).build();
    return nic(connection.call(UPDATE_INTERFACE, request, deadline));
  }

  @Override
  public List<Route> routes(Deadline deadline) {
    return routes(connection.call(LIST_ROUTES, ListRoutesRequest.getDefaultInstance(), deadline));
  }

  @Override
  public List<Route> updateRoutes(List<Route> routes, Deadline deadline) {
    Routes all =
        Routes.newBuilder().addAllRoutes(routes.stream().map(TtrpcNetwork::route).toList()).build();
    UpdateRoutesRequest request = UpdateRoutesRequest.newBuilder().setRoutes(all).build();
    return routes(connection.call(UPDATE_ROUTES, request, deadline));
  }

  @Override
  public void addNeighbours(List<Neighbour> neighbours, Deadline deadline) {
    ARPNeighbors all =
        ARPNeighbors.newBuilder()
            .addAllARPNeighbors(neighbours.stream().map(TtrpcNetwork::neighbour).toList())
            .build();
    AddARPNeighborsRequest request = AddARPNeighborsRequest.newBuilder().setNeighbors(all).build();
    connection.call(ADD_ARP_NEIGHBORS, request, deadline);
  }

  private static Nic nic(Interface message) {
    return new Nic(
        message.getDevice(),
        message.getName(),
        message.getIPAddressesList().stream()
            .map(address -> address.getAddress() + "/" + address.getMask())
            .toList(),
        (int) message.getMtu(),
        message.getHwAddr());
  }

  private static List<Route> routes(Routes answer) {
    return answer.getRoutesList().stream().map(TtrpcNetwork::route).toList();
  }

  private static Route route(io.vmfactory.api.kata.types.Route route) {
    return new Route(
        route.getDest(),
        route.getGateway(),
        route.getDevice(),
        route.getSource(),
        (route.getFlags() & ON_LINK) != 0);
  }

  private static io.vmfactory.api.kata.types.Route route(Route route) {
    String anyAddress = route.destination().isEmpty() ? route.gateway() : route.destination();
    return io.vmfactory.api.kata.types.Route.newBuilder()
        .setDest(route.destination())
        .setGateway(route.gateway())
        .setDevice(route.device())
        .setSource(route.source())
        .setScope(route.gateway().isEmpty() ? SCOPE_LINK : 0)
        .setFamily(family(anyAddress))
        .setFlags(route.onLink() ? ON_LINK : 0)
        .build();
  }

  private static ARPNeighbor neighbour(Neighbour neighbour) {
    return ARPNeighbor.newBuilder()
        .setToIPAddress(
            IPAddress.newBuilder()
                .setFamily(family(neighbour.address()))
                .setAddress(neighbour.address()))
        .setDevice(neighbour.device())
        .setLladdr(neighbour.mac())
        .setState(PERMANENT)
        .build();
  }

  private static IPAddress prefixed(String address) {
    int slash = address.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "the address '" + address + "' has no prefix length, such as /24");
    }
    return IPAddress.newBuilder()
        .setFamily(family(address))
        .setAddress(address.substring(0, slash))
        .setMask(address.substring(slash + 1))
        .build();
  }

  private static IPFamily family(String address) {
    return address.contains(":") ? IPFamily.v6 : IPFamily.v4;
  }
}
