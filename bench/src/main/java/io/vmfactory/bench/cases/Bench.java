package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.floor.RawQemu;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.PrivateDaemon;
import io.vmfactory.harness.daemon.Quiet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The environment of one case. The daemon is shared with other cases: a case that kills it, or
 * needs other settings, starts a daemon of its own with {@link #launcher}.
 */
public final class Bench {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

  private final SharedDaemon sharedDaemon;
  private final List<String> launcher;
  private final Deadline end;
  private final Progress progress;

  /**
   * @param launcher command that starts {@code vmfactory}, to which a verb and options are added
   * @param end time limit of the case
   */
  public Bench(SharedDaemon sharedDaemon, List<String> launcher, Deadline end, Progress progress) {
    this.sharedDaemon = sharedDaemon;
    this.launcher = launcher;
    this.end = end;
    this.progress = progress;
  }

  /** Returns the shared daemon. */
  public PrivateDaemon daemon() {
    return sharedDaemon.daemon();
  }

  /** Returns a client of the shared daemon, which stays open. */
  public FactoryClient client() {
    return sharedDaemon.client();
  }

  /** Returns the template of the shared daemon. */
  public Template template() {
    return sharedDaemon.template();
  }

  /** Returns the command that starts {@code vmfactory}, for a daemon of the case's own. */
  public List<String> launcher() {
    return launcher;
  }

  /** Returns VMs made by hand, from the shared daemon's template. */
  public RawQemu raw() {
    return sharedDaemon.raw();
  }

  /**
   * Changes how many VMs are kept, and waits until they exist and the daemon is at rest. A pool
   * with a target of zero is drained first, since becoming empty is not an event.
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

  /** Gets one VM on that route, or on any for {@link Route#ROUTE_UNSPECIFIED}. */
  public VmHandle get(Route route) {
    GetVmRequest.Builder request = GetVmRequest.newBuilder();
    if (route != Route.ROUTE_UNSPECIFIED) {
      request.addRoutes(route);
    }
    return client().getVm(request.build(), deadline());
  }

  /** Makes a call that costs the daemon next to nothing, to measure the cost of any call. */
  public void call() {
    client().daemon().config(deadline());
  }

  /** Returns the deadline of one wait: three minutes, or the time limit of the case. */
  public Deadline deadline() {
    Duration left = end.remaining();
    return Deadline.after(left.compareTo(LONGEST_WAIT) < 0 ? left : LONGEST_WAIT);
  }

  /** Returns the time limit of the case. */
  public Deadline end() {
    return end;
  }

  /** One round of a case. */
  public interface Round {
    void run(Recorder out) throws IOException;
  }

  /**
   * Runs the rounds of a case: first those that warm up, whose samples are dropped, then the
   * measured ones.
   */
  public void rounds(CaseSettings control, Recorder out, String what, Round round)
      throws IOException {
    int all = control.warmUp() + control.iterations();
    for (int i = 1; i <= all; i++) {
      progress(i, all, what);
      end.check("round %d of %d".formatted(i, all));
      round.run(i > control.warmUp() ? out : new Recorder());
    }
  }

  /** Returns the command line with which the shared daemon starts QEMU on that route. */
  public List<String> commandLine(Route route) throws IOException {
    return sharedDaemon.commandLine(route, deadline());
  }

  /** Shows what is being done. */
  public void progress(String what) {
    progress.at(0, 0, what);
  }

  /** Shows which round has begun, counted from 1, and how many there are. */
  public void progress(int round, int of, String what) {
    progress.at(round - 1, of, what);
  }
}
