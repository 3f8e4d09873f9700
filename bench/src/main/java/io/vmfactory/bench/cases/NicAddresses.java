package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.Fork;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestNetwork.Nic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compares the MAC addresses of VMs with a NIC, on a daemon of its own. */
final class NicAddresses implements AutoCloseable {
  private final Bench bench;
  private final OwnDaemon daemon;
  private final FactoryClient client;
  private final List<String> addresses = new ArrayList<>();

  NicAddresses(Bench bench) throws IOException {
    this.bench = bench;
    daemon =
        new OwnDaemon(
            bench,
            """
            [hypervisor.qemu]
            nic_slots = 1
            [factory]
            routes = ["TEMPLATE"]
            [pool]
            vm_cache_number = 0
            shell_number = 0
            """);
    client = daemon.client();
  }

  /** Looks at that many clones of a template, and as many forks of one of them. */
  void look(int clones) {
    client
        .templates()
        .create(CreateTemplateRequest.getDefaultInstance(), step -> {}, bench.deadline());
    List<VmHandle> vms = new ArrayList<>();
    try {
      for (int i = 0; i < clones; i++) {
        VmHandle vm =
            client.getVm(
                GetVmRequest.newBuilder().addRoutes(Route.TEMPLATE).build(), bench.deadline());
        vms.add(vm);
        note(vm);
      }
      String source = vms.get(0).lease().getId();
      for (Fork fork :
          client.leases().fork(source, clones, null, "", bench.deadline()).getForksList()) {
        vms.add(client.handle(fork));
        note(vms.get(vms.size() - 1));
      }
    } finally {
      vms.forEach(VmHandle::close);
    }
  }

  private void note(VmHandle vm) {
    try (GuestAgent agent = vm.agent(bench.deadline())) {
      agent.network().interfaces(bench.deadline()).stream()
          .filter(nic -> nic.device().equals("eth0"))
          .map(Nic::mac)
          .forEach(addresses::add);
    }
  }

  /** Returns the number of VMs looked at. */
  int count() {
    return addresses.size();
  }

  /** Returns the number of pairs of VMs that have one address. */
  int sharing() {
    Map<String, Integer> seen = new HashMap<>();
    int pairs = 0;
    for (String address : addresses) {
      pairs += seen.merge(address, 1, Integer::sum) - 1;
    }
    return pairs;
  }

  @Override
  public void close() {
    client.close();
    daemon.close();
  }
}
