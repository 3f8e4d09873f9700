package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.CreateTemplateRequest;
import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.daemon.PrivateDaemon;
import io.vmfactory.bench.daemon.Quiet;
import io.vmfactory.bench.floor.RawQemu;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What the parts of the pool's case share: a daemon with a template, and the floor beside it. */
public final class Bench implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final PrivateDaemon daemon;
  private final FactoryClient client;
  private final RawQemu raw;

  public Bench(PrivateDaemon daemon) throws IOException {
    this.daemon = daemon;
    client = FactoryClient.open(daemon.socket());
    try {
      Template template =
          client
              .templates()
              .create(CreateTemplateRequest.getDefaultInstance(), step -> {}, deadline());
      raw = floorLike(template);
    } catch (RuntimeException | IOException e) {
      client.close();
      throw e;
    }
  }

  private RawQemu floorLike(Template template) throws IOException {
    try (VmHandle vm = get(Route.TEMPLATE)) {
      String line = Files.readString(Path.of("/proc/" + vm.vm().getPid() + "/cmdline"));
      return new RawQemu(
          List.of(line.split("\0")),
          daemon.home().template(template.getKey()),
          daemon.home().scratch());
    }
  }

  public PrivateDaemon daemon() {
    return daemon;
  }

  /** Clones by hand, from the same template. */
  public RawQemu raw() {
    return raw;
  }

  /**
   * Changes how many are kept, and waits until they are there and nothing else is under way. A pool
   * that shall be empty is drained first: that it is empty is no event.
   */
  public GetStatusResponse keep(int warm, int shells) {
    if (warm == 0 || shells == 0) {
      client.pools().drain(deadline());
    }
    client.pools().resize(warm, shells, deadline());
    return settled();
  }

  /** Waits until the pools are full and the daemon is at rest. */
  public GetStatusResponse settled() {
    return Quiet.await(client, deadline());
  }

  /** One VM on that route, or on any for {@link Route#ROUTE_UNSPECIFIED}. */
  public VmHandle get(Route route) {
    GetVmRequest.Builder request = GetVmRequest.newBuilder();
    if (route != Route.ROUTE_UNSPECIFIED) {
      request.addRoutes(route);
    }
    return client.getVm(request.build(), deadline());
  }

  /** A call that makes the daemon do next to nothing: what any call costs. */
  public void call() {
    client.daemon().config(deadline());
  }

  public static Deadline deadline() {
    return Deadline.after(LIMIT);
  }

  public static void progress(String what) {
    System.err.println("bench: " + what);
  }

  @Override
  public void close() {
    client.close();
  }
}
