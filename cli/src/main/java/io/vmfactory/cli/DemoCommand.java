package io.vmfactory.cli;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.host.TerminalStream;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.Image;
import io.vmfactory.images.RootfsImages;
import java.io.IOException;
import java.nio.file.Path;
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
      "Demonstrates vmfactory with a private daemon and removes everything afterwards.",
      "Builds a template, gets one VM by direct boot, five clones and two warm VMs, prints the"
          + " identity and cost of each, and runs a container by each route.",
      "Ctrl-C also removes everything."
    },
    footer = {"  vmfactory demo"})
final class DemoCommand implements Callable<Integer> {
  private static final int CLONES = 5;
  private static final int WARM = 2;
  private static final int EXIT_INTERRUPTED = 130;
  private static final long ROOTFS_BYTES = 64L << 20;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @ParentCommand private VmFactoryCommand root;

  @Override
  public Integer call() throws IOException {
    try (DemoDaemon daemon =
        DemoDaemon.start(root.config().config(), root.surroundings().variables())) {
      return run(daemon);
    }
  }

  private int run(DemoDaemon daemon) throws IOException {
    try {
      say("starting a private daemon in " + daemon.dir());
      daemon.awaitReady();
      try (FactoryClient client = FactoryClient.open(daemon.socket())) {
        show(client, daemon.socket(), Deadline.after(LIMIT));
        showContainers(client, daemon, Deadline.after(LIMIT));
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

  private void show(FactoryClient client, Path socket, Deadline deadline) {
    say("booting a template VM and taking its snapshot");
    try (BuildProgress progress =
        new BuildProgress(root.err(), root.takesControls(TerminalStream.ERR))) {
      client.templates().create(CreateTemplateRequest.getDefaultInstance(), progress, deadline);
    }
    say("getting one VM by direct boot (COLD), then " + CLONES + " clones (TEMPLATE)");
    List<DemoVm> vms = new ArrayList<>();
    vms.add(DemoVm.get(client, Route.COLD, root.clock(), deadline));
    for (int i = 0; i < CLONES; i++) {
      vms.add(DemoVm.get(client, Route.TEMPLATE, root.clock(), deadline));
    }
    say("keeping " + WARM + " VMs ready in the pool, then getting them (WARM)");
    keep(client, socket, deadline);
    for (int i = 0; i < WARM; i++) {
      vms.add(DemoVm.get(client, Route.WARM, root.clock(), deadline));
    }
    keepNone(socket);
    root.print("");
    GetStatusResponse status = client.daemon().status(true, deadline);
    root.print(DemoView.costs(vms, status));
    root.print(DemoView.caveat(status.getHypervisor().getAccelerator()));
    say("each VM is unique: the answers of their agents");
    root.print(DemoView.answers(vms));
    vms.forEach(vm -> vm.handle().close());
  }

  private void showContainers(FactoryClient client, DemoDaemon daemon, Deadline deadline)
      throws IOException {
    say("running a container in its own VM, by each route");
    RuntimeSettings settings = daemon.runtime();
    RuntimeConfig config = settings.runtime();
    Path rootfs = DemoContainer.rootfs(daemon.dir().resolve("rootfs"));
    List<DemoContainer> containers = new ArrayList<>();
    try (SandboxRuntime runtime = SandboxRuntime.open(settings);
        Image image =
            RootfsImages.open(config.imageDir(), config.imageCacheBytes(), ROOTFS_BYTES)
                .fromDirectory(rootfs, deadline)) {
      containers.add(DemoContainer.run(runtime, image, Route.COLD, deadline));
      containers.add(DemoContainer.run(runtime, image, Route.TEMPLATE, deadline));
      keep(client, daemon.socket(), deadline);
      containers.add(DemoContainer.run(runtime, image, Route.WARM, deadline));
      keepNone(daemon.socket());
    }
    root.print("");
    root.print(DemoView.containers(containers));
  }

  private static void keep(FactoryClient client, Path socket, Deadline deadline) {
    resize(socket, WARM);
    new PoolFillWait(socket, null).await(client, deadline.remaining());
  }

  /** Empties the pools so that no refill disturbs the following measurements. */
  private static void keepNone(Path socket) {
    resize(socket, 0);
  }

  private static void resize(Path socket, int warm) {
    JsonValue size = JsonValue.object().with("fixed", warm);
    new DaemonHttp(new HttpJson(socket, null)).resizePool(JsonValue.object().with("warm", size));
  }

  private void say(String line) {
    root.print("==> " + line);
  }
}
