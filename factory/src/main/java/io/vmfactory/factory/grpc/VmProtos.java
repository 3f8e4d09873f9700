package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.Endpoints;
import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.GrowVmRequest;
import io.vmfactory.api.v1.GrowVmResponse;
import io.vmfactory.api.v1.Memory;
import io.vmfactory.api.v1.PauseVmResponse;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.api.v1.VmState;
import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.calls.Wire;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.vm.VmMemory;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts VMs, leases, and requests for them. */
final class VmProtos {
  private VmProtos() {}

  static VmRequest request(GetVmRequest q) {
    return new VmRequest(
        q.getTemplateKey(),
        q.hasVcpus() ? Wire.unsigned(q.getVcpus()) : null,
        q.hasMemoryMib() ? Wire.unsigned(q.getMemoryMib()) : null,
        q.hasLeaseTtl() ? Wire.span(q.getLeaseTtl()) : null,
        routes(q.getRoutesList()),
        q.getHostname(),
        q.getOwner(),
        q.getTemplate());
  }

  static VmRequest request(GetBaseVmRequest q) {
    return new VmRequest(q.getTemplateKey(), null, null, null, routes(q.getRoutesList()), "", "");
  }

  static @Nullable Duration ttl(RenewLeaseRequest q) {
    return q.hasTtl() ? Wire.span(q.getTtl()) : null;
  }

  static GetVmResponse granted(GrantedVm granted) {
    GetVmResponse.Builder reply =
        GetVmResponse.newBuilder()
            .setVm(vm(granted.vm()))
            .setRoute(route(granted.route()))
            .setRouteReason(granted.routeReason())
            .addAllHops(Wire.hops(granted.hops()));
    if (granted.lease() != null) {
      reply.setLease(lease(granted.lease()));
    }
    if (granted.template() != null) {
      reply.setTemplate(TemplateProtos.whole(granted.template()));
    }
    return reply.build();
  }

  static GrowRequest request(GrowVmRequest q, Peer peer) {
    return new GrowRequest(
        new LeaseId(q.getLeaseId()),
        q.hasVcpus() ? Wire.unsigned(q.getVcpus()) : null,
        q.hasMemoryMib() ? Wire.unsigned(q.getMemoryMib()) : null,
        peer);
  }

  static GrowVmResponse grown(VmView vm) {
    return GrowVmResponse.newBuilder().setVm(vm(vm)).build();
  }

  static PauseVmResponse paused(VmView vm) {
    return PauseVmResponse.newBuilder().setVm(vm(vm)).build();
  }

  static GetBaseVmResponse givenAway(GrantedVm granted) {
    Vm.Builder vm = vm(granted.vm()).toBuilder();
    vm.getEndpointsBuilder().setQmp(Wire.unix(granted.vm().folder().qmpSocket()));
    return GetBaseVmResponse.newBuilder()
        .setVm(vm)
        .setRoute(route(granted.route()))
        .setRouteReason(granted.routeReason())
        .addAllHops(Wire.hops(granted.hops()))
        .build();
  }

  static io.vmfactory.api.v1.Lease lease(Lease lease) {
    return io.vmfactory.api.v1.Lease.newBuilder()
        .setId(lease.id().value())
        .setVmId(lease.vmId().value())
        .setUid((int) lease.uid())
        .setOwner(lease.owner())
        .setTtl(Wire.wire(lease.ttl()))
        .setExpiresAt(Wire.at(lease.expiresAt()))
        .build();
  }

  static Vm vm(VmView view) {
    Vm.Builder vm =
        Vm.newBuilder()
            .setId(view.identity().id().value())
            .setPid(view.identity().pid())
            .setState(VmState.valueOf(view.phase().name()))
            .setEndpoints(
                Endpoints.newBuilder()
                    .setAgent(Wire.unix(view.folder().agentSocket()))
                    .addAllAgents(view.folder().agentSockets().stream().map(Wire::unix).toList())
                    .setConsole(view.folder().consoleLog().toString()))
            .setVcpus(view.sizing().vcpus())
            .setMemoryMib(view.sizing().memoryMib())
            .setTemplateKey(view.templateKey())
            .setHostname(view.hostname())
            .setRoute(route(view.route()))
            .setCreatedAt(Wire.at(view.createdAt()));
    if (view.memory() != null) {
      vm.setMemory(memory(view.memory()));
    }
    return vm.build();
  }

  private static Memory memory(VmMemory memory) {
    return Memory.newBuilder()
        .setPrivateKib((int) memory.privateKib())
        .setSharedKib((int) memory.sharedKib())
        .setPssKib((int) memory.pssKib())
        .setGuestPrivateKib((int) memory.guestPrivateKib())
        .build();
  }

  private static List<Route> routes(List<io.vmfactory.api.v1.Route> wire) {
    return wire.stream().map(VmProtos::route).toList();
  }

  private static Route route(io.vmfactory.api.v1.Route wire) {
    return switch (wire) {
      case WARM -> Route.WARM;
      case SHELL -> Route.SHELL;
      case TEMPLATE -> Route.TEMPLATE;
      case COLD -> Route.COLD;
      case ROUTE_UNSPECIFIED, FORK, RESUMED, UNRECOGNIZED ->
          throw new RequestException(
              RequestException.Reason.INVALID,
              "routes: " + wire + " is no route; choose from WARM, SHELL, TEMPLATE, COLD");
    };
  }

  private static io.vmfactory.api.v1.Route route(Route route) {
    return io.vmfactory.api.v1.Route.valueOf(route.name());
  }
}
