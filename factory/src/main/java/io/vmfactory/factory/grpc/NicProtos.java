package io.vmfactory.factory.grpc;

import io.vmfactory.api.v1.AttachNicRequest;
import io.vmfactory.api.v1.AttachNicResponse;
import io.vmfactory.api.v1.DetachNicRequest;
import io.vmfactory.api.v1.DetachNicResponse;
import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.vmm.NicPlace;

/** Converts network interfaces, and requests for them. */
final class NicProtos {
  private NicProtos() {}

  static NicRequest request(AttachNicRequest q, Peer peer) {
    return new NicRequest(new LeaseId(q.getLeaseId()), q.getNetworkNamespace(), q.getName(), peer);
  }

  static NicRequest request(DetachNicRequest q, Peer peer) {
    return new NicRequest(new LeaseId(q.getLeaseId()), q.getNetworkNamespace(), q.getName(), peer);
  }

  static DetachNicResponse detached(NicPlace place) {
    return DetachNicResponse.newBuilder()
        .setGuestDevice(place.guestDevice())
        .setGuestMac(place.guestMac())
        .build();
  }

  static AttachNicResponse attached(NicPlace place) {
    return AttachNicResponse.newBuilder()
        .setName(place.name())
        .setGuestDevice(place.guestDevice())
        .setGuestMac(place.guestMac())
        .build();
  }
}
