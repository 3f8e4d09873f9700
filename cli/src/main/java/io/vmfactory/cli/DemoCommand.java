package io.vmfactory.cli;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory demo} */
@Command(
    name = "demo",
    description = {
      "Shows all of it at work: starts a daemon of its own, builds a template, gets one VM by direct"
          + " boot and five clones, asks each who it is, shows what each cost, and removes it all.",
      "Ending it early (Ctrl-C) cleans up, too."
    },
    footer = {"  vmfactory demo"})
final class DemoCommand implements Callable<Integer> {
  private static final int CLONES = 5;
  private static final int EXIT_INTERRUPTED = 130;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @ParentCommand private VmFactoryCommand root;

  @Override
  public Integer call() throws IOException {
    try (DemoDaemon daemon =
        DemoDaemon.start(root.config().config(), root.surroundings().variables())) {
      return run(daemon);
    }
  }

  private int run(DemoDaemon daemon) {
    try {
      say("starting a daemon of its own in " + daemon.dir());
      daemon.awaitReady();
      try (FactoryClient client = FactoryClient.open(daemon.socket())) {
        show(client, Deadline.after(LIMIT));
      }
      say("releasing the VMs, stopping the daemon, removing " + daemon.dir());
      return Exit.OK.code();
    } catch (RuntimeException e) {
      if (daemon.isClosing()) {
        return EXIT_INTERRUPTED;
      }
      throw e;
    }
  }

  private void show(FactoryClient client, Deadline deadline) {
    say("booting a template VM and taking its snapshot");
    try (BuildProgress progress = new BuildProgress(root.err(), Terminal.isWatched())) {
      client.templates().create(CreateTemplateRequest.getDefaultInstance(), progress, deadline);
    }
    say("getting one VM by direct boot (COLD), then " + CLONES + " clones (TEMPLATE)");
    List<DemoVm> vms = new ArrayList<>();
    vms.add(DemoVm.get(client, Route.COLD, root.clock(), deadline));
    for (int i = 0; i < CLONES; i++) {
      vms.add(DemoVm.get(client, Route.TEMPLATE, root.clock(), deadline));
    }
    root.print("");
    GetStatusResponse status = client.daemon().status(true, deadline);
    root.print(DemoView.costs(vms, status));
    root.print(DemoView.caveat(status.getHypervisor().getAccelerator()));
    say("each one is somebody: what its agent answered");
    root.print(DemoView.answers(vms));
    vms.forEach(vm -> vm.handle().close());
  }

  private void say(String line) {
    root.print("==> " + line);
  }
}
