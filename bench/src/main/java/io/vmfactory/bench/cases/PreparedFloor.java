package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.floor.RawVm;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.oci.OciProcess;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a prepared container takes by hand: a VM cloned, or woken, without a daemon, and the start
 * and the first byte over a bare connection to the agent of a VM that came by the same route. What
 * is asked before the start in any clone is known here, as it is in a sandbox (ADR 0062).
 */
final class PreparedFloor {
  private final Bench bench;
  private final String template;
  private final String container;
  private final OciProcess program;

  /** Asks a clone which container {@code template} has. The program is that command in it. */
  PreparedFloor(Bench bench, String template, String... command) {
    this.bench = bench;
    this.template = template;
    try (VmHandle vm = vm(Route.TEMPLATE);
        GuestAgent agent = vm.agent(bench.deadline())) {
      container = agent.containers().list(bench.deadline()).get(0).id();
      program =
          agent
              .containers()
              .process(container, bench.deadline())
              .withArgs(Containers.command(command));
    }
  }

  private VmHandle vm(Route route) {
    GetVmRequest request = GetVmRequest.newBuilder().setTemplate(template).addRoutes(route).build();
    return bench.client().getVm(request, bench.deadline());
  }

  /** Clones a bare VM, and starts the program in a clone that has run nothing. */
  List<Lap> cloned() throws IOException {
    return started(bench.raw().run(), Route.TEMPLATE);
  }

  /** Wakes a bare VM that has stood still, and starts the program in a warm VM. */
  List<Lap> woken() throws IOException {
    try (RawVm vm = bench.raw().stopped()) {
      Laps laps = new Laps();
      vm.cont();
      laps.lap("cont");
      vm.answer();
      laps.lap("answer");
      return started(laps, Route.WARM);
    }
  }

  private List<Lap> started(Laps before, Route route) throws IOException {
    try (VmHandle vm = vm(route);
        GuestAgent agent = vm.agent(bench.deadline())) {
      Laps laps = new Laps();
      agent.containers().start(container, program, bench.deadline());
      laps.lap("start container");
      byte[] bytes =
          bench
              .deadline()
              .await(
                  agent.processes().read(ProcessRef.first(container), Output.STDOUT, 1), "a byte");
      laps.lap("first byte");
      PreparedCase.requireByte(bytes.length - 1);
      return Stream.concat(before.all().stream(), laps.all().stream()).toList();
    }
  }
}
