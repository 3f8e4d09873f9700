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

/** Connects a NIC slot of a leased VM to a network. */
final class AttachNic {
  private final LeaseBook leases;
  private final Observer observer;

  AttachNic(LeaseBook leases, Observer observer) {
    this.leases = leases;
    this.observer = observer;
  }

  NicPlace run(NicRequest request, Deadline deadline) {
    long begun = System.nanoTime();
    try {
      return attach(request, deadline);
    } catch (RuntimeException e) {
      observer.failed(Verb.ATTACH_NIC, e, Duration.ofNanos(System.nanoTime() - begun));
      throw AttachDrive.refusal(e);
    }
  }

  private NicPlace attach(NicRequest request, Deadline deadline) {
    Path path = AbsolutePath.of("network_namespace", request.networkNamespace());
    return leases.use(request.peer(), request.lease(), vm -> attach(vm, path, request, deadline));
  }

  private static NicPlace attach(Vm vm, Path path, NicRequest request, Deadline deadline) {
    try (NetworkNamespace target = found(path, request.peer(), deadline)) {
      requireAllowed(request.peer(), target);
      return vm.attachNic(target, request.name(), deadline);
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
