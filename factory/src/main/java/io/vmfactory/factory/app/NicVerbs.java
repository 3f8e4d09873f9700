package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.linux.FileCalls;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BiFunction;

/** Connects NIC slots of leased VMs to networks, and ends that. */
final class NicVerbs {
  private final LeaseBook leases;
  private final Observer observer;

  NicVerbs(LeaseBook leases, Observer observer) {
    this.leases = leases;
    this.observer = observer;
  }

  NicPlace attach(NicRequest request, Deadline deadline) {
    long begun = System.nanoTime();
    try {
      return use(
          request, deadline, (vm, there) -> vm.nics().attach(there, request.name(), deadline));
    } catch (RuntimeException e) {
      observer.failed(Verb.ATTACH_NIC, e, Duration.ofNanos(System.nanoTime() - begun));
      throw AttachDrive.refusal(e);
    }
  }

  NicPlace detach(NicRequest request, Deadline deadline) {
    try {
      return use(request, deadline, (vm, there) -> detach(vm, there, request.name(), deadline));
    } catch (VmmException e) {
      throw AttachDrive.refusal(e);
    }
  }

  private static NicPlace detach(Vm vm, NetworkNamespace from, String name, Deadline deadline) {
    try {
      return vm.nics().detach(from, name, deadline);
    } catch (VmmException e) {
      throw e.reason() == VmmException.Reason.INVALID
          ? Refusals.notFound(String.valueOf(e.getMessage()))
          : e;
    }
  }

  private NicPlace use(
      NicRequest request, Deadline deadline, BiFunction<Vm, NetworkNamespace, NicPlace> step) {
    Path path = AbsolutePath.of("network_namespace", request.networkNamespace());
    return leases.use(
        request.peer(), request.lease(), vm -> use(vm, path, request.peer(), deadline, step));
  }

  private static NicPlace use(
      Vm vm,
      Path path,
      Peer peer,
      Deadline deadline,
      BiFunction<Vm, NetworkNamespace, NicPlace> step) {
    try (NetworkNamespace target = found(path, peer, deadline)) {
      requireAllowed(peer, target);
      return step.apply(vm, target);
    } catch (OsException e) {
      throw VmmException.of(e);
    }
  }

  private static NetworkNamespace found(Path path, Peer peer, Deadline deadline) {
    return FileCalls.shared()
        .call(
            "network_namespace " + path,
            peer.fileRights(),
            () -> NetworkNamespace.open(path, peer.fileRights()),
            NetworkNamespace::close,
            deadline);
  }

  /**
   * Refuses a network into which the client could put no interface itself: the daemon can use any
   * network, the host's too.
   */
  private static void requireAllowed(Peer peer, NetworkNamespace target) {
    if (!peer.isTrusted() && !target.belongsTo(peer.user())) {
      throw Refusals.forbidden(
          "%s was not made by %s, who may not put an interface there"
              .formatted(target, peer.user()));
    }
  }
}
