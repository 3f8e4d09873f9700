package io.vmfactory.factory.grpc;

import com.google.protobuf.Timestamp;
import io.vmfactory.api.v1.CreateTemplateProgress;
import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Endpoints;
import io.vmfactory.api.v1.Event;
import io.vmfactory.api.v1.Failure;
import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Hypervisor;
import io.vmfactory.api.v1.Memory;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.api.v1.Template;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.api.v1.VmState;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.Events;
import io.vmfactory.factory.app.GrantedVm;
import io.vmfactory.factory.app.Lease;
import io.vmfactory.factory.app.RequestException;
import io.vmfactory.factory.app.Route;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.app.UseCases.Renewal;
import io.vmfactory.factory.app.UseCases.TemplateRequest;
import io.vmfactory.factory.app.VmMemory;
import io.vmfactory.factory.app.VmRequest;
import io.vmfactory.factory.app.VmView;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.HypervisorInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Between the wire's messages and the daemon's own words. Checks what the types below cannot hold.
 */
final class ProtoMapper {
  private ProtoMapper() {}

  // Requests.

  static VmRequest request(GetVmRequest q) {
    return new VmRequest(
        q.getTemplateKey(),
        q.hasVcpus() ? unsigned(q.getVcpus()) : null,
        q.hasMemoryMib() ? unsigned(q.getMemoryMib()) : null,
        q.hasLeaseTtl() ? span(q.getLeaseTtl()) : null,
        routes(q.getRoutesList()),
        q.getHostname(),
        q.getOwner());
  }

  static VmRequest request(GetBaseVmRequest q) {
    return new VmRequest(q.getTemplateKey(), null, null, null, routes(q.getRoutesList()), "", "");
  }

  static TemplateRequest templateRequest(CreateTemplateRequest q, BuildListener listener) {
    return new TemplateRequest(
        q.hasVcpus() ? unsigned(q.getVcpus()) : null,
        q.hasMemoryMib() ? unsigned(q.getMemoryMib()) : null,
        q.getReplace(),
        listener);
  }

  static Renewal renewal(RenewLeaseRequest q) {
    return new Renewal(q.getLeaseId(), q.hasTtl() ? span(q.getTtl()) : null);
  }

  private static List<Route> routes(List<io.vmfactory.api.v1.Route> wire) {
    return wire.stream().map(ProtoMapper::route).toList();
  }

  private static Route route(io.vmfactory.api.v1.Route wire) {
    return switch (wire) {
      case WARM -> Route.WARM;
      case SHELL -> Route.SHELL;
      case TEMPLATE -> Route.TEMPLATE;
      case COLD -> Route.COLD;
      case ROUTE_UNSPECIFIED, UNRECOGNIZED ->
          throw new RequestException(
              RequestException.Reason.INVALID,
              "routes: " + wire + " is no route; choose from WARM, SHELL, TEMPLATE, COLD");
    };
  }

  private static int unsigned(int uint32) {
    return uint32 < 0 ? Integer.MAX_VALUE : uint32;
  }

  private static Duration span(com.google.protobuf.Duration wire) {
    try {
      return Duration.ofSeconds(wire.getSeconds(), wire.getNanos());
    } catch (ArithmeticException e) {
      throw new RequestException(RequestException.Reason.INVALID, "duration out of range: " + wire);
    }
  }

  // Replies.

  static GetVmResponse granted(GrantedVm granted) {
    GetVmResponse.Builder reply =
        GetVmResponse.newBuilder()
            .setVm(vm(granted.vm()))
            .setRoute(route(granted.route()))
            .setRouteReason(granted.routeReason())
            .addAllHops(hops(granted.hops()));
    if (granted.lease() != null) {
      reply.setLease(lease(granted.lease()));
    }
    return reply.build();
  }

  static GetBaseVmResponse givenAway(GrantedVm granted) {
    Vm.Builder vm = vm(granted.vm()).toBuilder();
    vm.getEndpointsBuilder().setQmp(unix(granted.vm().folder().qmpSocket()));
    return GetBaseVmResponse.newBuilder()
        .setVm(vm)
        .setRoute(route(granted.route()))
        .setRouteReason(granted.routeReason())
        .addAllHops(hops(granted.hops()))
        .build();
  }

  static io.vmfactory.api.v1.Lease lease(Lease lease) {
    return io.vmfactory.api.v1.Lease.newBuilder()
        .setId(lease.id())
        .setVmId(lease.vmId().value())
        .setOwner(lease.owner())
        .setTtl(wire(lease.ttl()))
        .setExpiresAt(at(lease.expiresAt()))
        .build();
  }

  static GetStatusResponse status(Status status, String version) {
    GetStatusResponse.Builder reply =
        GetStatusResponse.newBuilder()
            .setVersion(version)
            .setPid((int) ProcessHandle.current().pid())
            .setStartedAt(at(status.startedAt()))
            .setOn(status.on())
            .setHypervisor(hypervisor(status.hypervisor()));
    status.templates().forEach(t -> reply.addTemplates(template(t, status.defaultKeys())));
    status.vms().forEach(vm -> reply.addVms(vm(vm)));
    status.leases().forEach(lease -> reply.addLeases(lease(lease)));
    status.failures().forEach(failure -> reply.addFailures(failure(failure)));
    status.served().forEach((route, count) -> reply.putServed(route.name(), count));
    return reply.build();
  }

  static Template template(TemplateInfo info, List<String> defaultKeys) {
    return Template.newBuilder()
        .setKey(info.key().hex())
        .setVcpus(info.spec().boot().vcpus())
        .setMemoryMib(info.spec().boot().memoryMib())
        .setCreatedAt(at(info.createdAt()))
        .setMemoryKib(kib(info.memoryBytes()))
        .setStateKib(kib(info.stateBytes()))
        .setAccelerator(info.spec().machine().accelerator().label())
        .setVmmVersion(info.vmmVersion())
        .setIsDefault(defaultKeys.contains(info.key().hex()))
        .setLoaded(info.loaded())
        .setRefused(info.refused())
        .addAllSteps(hops(info.steps()))
        .build();
  }

  static CreateTemplateProgress lastProgress(TemplateInfo info, List<String> defaultKeys) {
    return CreateTemplateProgress.newBuilder()
        .setDone(true)
        .setIndex(info.steps().size())
        .setCount(info.steps().size())
        .setTemplate(template(info, defaultKeys))
        .build();
  }

  static Event event(Events.Event event) {
    return Event.newBuilder()
        .setSeq(event.seq())
        .setAt(at(event.at()))
        .setKind(Event.Kind.valueOf(event.kind().name()))
        .setVmId(event.vmId())
        .setLeaseId(event.leaseId())
        .setTemplateKey(event.templateKey())
        .setDetail(event.detail())
        .build();
  }

  static int micros(Duration span) {
    return (int) Math.min(Integer.MAX_VALUE, span.toNanos() / 1000);
  }

  private static Vm vm(VmView view) {
    Vm.Builder vm =
        Vm.newBuilder()
            .setId(view.identity().id().value())
            .setPid(view.identity().pid())
            .setState(VmState.valueOf(view.phase().name()))
            .setEndpoints(
                Endpoints.newBuilder()
                    .setAgent(unix(view.folder().agentSocket()))
                    .setConsole(view.folder().consoleLog().toString()))
            .setVcpus(view.sizing().vcpus())
            .setMemoryMib(view.sizing().memoryMib())
            .setTemplateKey(view.templateKey())
            .setHostname(view.hostname())
            .setRoute(route(view.route()))
            .setCreatedAt(at(view.createdAt()));
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

  private static Hypervisor hypervisor(HypervisorInfo info) {
    return Hypervisor.newBuilder()
        .setPath(info.program().toString())
        .setVersion(info.version())
        .setAccelerator(info.accelerator().label())
        .setAcceleratorReason(info.acceleratorReason())
        .build();
  }

  private static Failure failure(Status.Failure failure) {
    return Failure.newBuilder()
        .setAt(at(failure.at()))
        .setWhat(failure.what())
        .setCause(failure.cause())
        .build();
  }

  private static io.vmfactory.api.v1.Route route(Route route) {
    return io.vmfactory.api.v1.Route.valueOf(route.name());
  }

  private static List<Hop> hops(List<Lap> laps) {
    return laps.stream()
        .map(lap -> Hop.newBuilder().setName(lap.name()).setMicros(micros(lap.span())).build())
        .toList();
  }

  static com.google.protobuf.Duration wire(Duration span) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(span.toSeconds())
        .setNanos(span.toNanosPart())
        .build();
  }

  private static Timestamp at(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  private static String unix(Path socket) {
    return "unix://" + socket;
  }

  private static int kib(long bytes) {
    return (int) (bytes / 1024);
  }
}
