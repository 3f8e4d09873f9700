package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.floor.RawQemu;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.PrivateDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The things that the cases of a run share: a daemon with a template, and the floor beside it. */
public final class SharedDaemon implements AutoCloseable {
  /**
   * Settings of the daemon. The cases set the sizes of pools; upkeep has its defaults; memory is
   * never the limit.
   */
  public static final String SETTINGS =
      """
      max_vms = 256

      [pool]
      vm_cache_number = 0
      shell_number = 0
      memory_budget = "16GiB"
      """;

  private final PrivateDaemon daemon;
  private final FactoryClient client;
  private final Template template;
  private final RawQemu raw;

  private SharedDaemon(PrivateDaemon daemon, FactoryClient client, Template template, RawQemu raw) {
    this.daemon = daemon;
    this.client = client;
    this.template = template;
    this.raw = raw;
  }

  /**
   * Starts a daemon and lets it build a template.
   *
   * @param launcher command that starts {@code vmfactory}
   */
  public static SharedDaemon start(List<String> launcher, Deadline deadline) throws IOException {
    PrivateDaemon daemon = PrivateDaemon.start(launcher, SETTINGS);
    FactoryClient client = FactoryClient.open(daemon.socket());
    try {
      Template template =
          client
              .templates()
              .create(CreateTemplateRequest.getDefaultInstance(), step -> {}, deadline);
      List<String> clone = commandLine(client, Route.TEMPLATE, deadline);
      DaemonHome home = daemon.home();
      RawQemu raw = new RawQemu(clone, home.template(template.getKey()), home.scratch());
      return new SharedDaemon(daemon, client, template, raw);
    } catch (RuntimeException | IOException e) {
      client.close();
      daemon.close();
      throw e;
    }
  }

  private static List<String> commandLine(FactoryClient client, Route route, Deadline deadline)
      throws IOException {
    GetVmRequest request = GetVmRequest.newBuilder().addRoutes(route).build();
    try (VmHandle vm = client.getVm(request, deadline)) {
      String line = Files.readString(Path.of("/proc/" + vm.vm().getPid() + "/cmdline"));
      return List.of(line.split("\0"));
    }
  }

  List<String> commandLine(Route route, Deadline deadline) throws IOException {
    return commandLine(client, route, deadline);
  }

  PrivateDaemon daemon() {
    return daemon;
  }

  FactoryClient client() {
    return client;
  }

  /** Returns the daemon's template. */
  public Template template() {
    return template;
  }

  RawQemu raw() {
    return raw;
  }

  /** Returns the daemon's status. */
  public GetStatusResponse status(Deadline deadline) {
    return client.daemon().status(false, deadline);
  }

  /** Returns the daemon's configuration in force, in TOML. */
  public String configuration(Deadline deadline) {
    return client.daemon().config(deadline).getToml();
  }

  /** Ends the daemon and its VMs, and removes its folders. */
  @Override
  public void close() {
    client.close();
    daemon.close();
  }
}
