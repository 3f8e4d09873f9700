package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.daemon.PrivateDaemon;
import io.vmfactory.bench.daemon.Quiet;
import io.vmfactory.bench.floor.RawQemu;
import io.vmfactory.bench.report.Control;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * What one case works with. The daemon is shared with the cases before and after: a case that kills
 * it, or needs another, starts its own with {@link #launcher}.
 */
public final class Bench {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

  private final Stand stand;
  private final List<String> launcher;
  private final Deadline end;
  private final Progress progress;

  /**
   * @param launcher what starts {@code vmfactory}, to which its verb and options are added
   * @param end when the case is given up
   */
  public Bench(Stand stand, List<String> launcher, Deadline end, Progress progress) {
    this.stand = stand;
    this.launcher = launcher;
    this.end = end;
    this.progress = progress;
  }

  /** The shared daemon. */
  public PrivateDaemon daemon() {
    return stand.daemon();
  }

  /** Its client, which stays open. */
  public FactoryClient client() {
    return stand.client();
  }

  /** Its template. */
  public Template template() {
    return stand.template();
  }

  /** What starts {@code vmfactory}, for a daemon of the case's own. */
  public List<String> launcher() {
    return launcher;
  }

  /** Clones by hand, from the shared daemon's template. */
  public RawQemu raw() {
    return stand.raw();
  }

  /**
   * Changes how many are kept, and waits until they are there and nothing else is under way. A pool
   * that shall be empty is drained first: that it is empty is no event.
   */
  public GetStatusResponse keep(int warm, int shells) {
    if (warm == 0 || shells == 0) {
      client().pools().drain(deadline());
    }
    client().pools().resize(warm, shells, deadline());
    return settled();
  }

  /** Waits until the pools are full and the daemon is at rest. */
  public GetStatusResponse settled() {
    return Quiet.await(client(), deadline());
  }

  /** One VM on that route, or on any for {@link Route#ROUTE_UNSPECIFIED}. */
  public VmHandle get(Route route) {
    GetVmRequest.Builder request = GetVmRequest.newBuilder();
    if (route != Route.ROUTE_UNSPECIFIED) {
      request.addRoutes(route);
    }
    return client().getVm(request.build(), deadline());
  }

  /** A call that makes the daemon do next to nothing: what any call costs. */
  public void call() {
    client().daemon().config(deadline());
  }

  /** For one wait: three minutes, or until the case is given up. */
  public Deadline deadline() {
    Duration left = end.remaining();
    return Deadline.after(left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT);
  }

  /** When the case is given up. */
  public Deadline end() {
    return end;
  }

  /** One round of a case. */
  public interface Round {
    void run(Recorder out) throws IOException;
  }

  /** The rounds of a case: those that warm up, whose samples nobody keeps, and those that count. */
  public void rounds(Control control, Recorder out, String what, Round round) throws IOException {
    int all = control.warmUp() + control.iterations();
    for (int i = 1; i <= all; i++) {
      progress(i, all, what);
      end.check("round %d of %d".formatted(i, all));
      round.run(i > control.warmUp() ? out : new Recorder());
    }
  }

  /** How the shared daemon starts QEMU for a VM on that route. */
  public List<String> commandLine(Route route) throws IOException {
    return stand.commandLine(route, deadline());
  }

  /** Says what is done now. */
  public void progress(String what) {
    progress.at(0, 0, what);
  }

  /** Says which round has begun, from 1, of how many. */
  public void progress(int round, int of, String what) {
    progress.at(round - 1, of, what);
  }
}
