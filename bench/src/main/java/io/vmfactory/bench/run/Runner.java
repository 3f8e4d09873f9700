package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.Bench;
import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Stand;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Control;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.bench.report.Report;
import io.vmfactory.configs.Units;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Runs cases one after the other. They share a daemon; after a case that failed it is a new one.
 * The failure of a case ends nothing but the case.
 */
final class Runner {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final WallClock clock = WallClock.system();
  private final RunPlan plan;
  private final List<String> launcher;
  private final Screen screen;
  private final List<CaseReport> reports = new ArrayList<>();
  private @Nullable Stand stand;
  private @Nullable Attempt<?> attempt;
  private boolean stopped;

  /**
   * @param launcher what starts {@code vmfactory}
   */
  Runner(RunPlan plan, List<String> launcher, Screen screen) {
    this.plan = plan;
    this.launcher = launcher;
    this.screen = screen;
  }

  /**
   * Runs all of them, or those until it is stopped.
   *
   * @throws RuntimeException when no daemon can be started, or when it is stopped before one has
   */
  Report run() {
    try {
      HostFacts host = attempt("the daemon's start", START_LIMIT, () -> BenchHost.facts(stand()));
      for (BenchCase next : plan.cases()) {
        if (isStopped()) {
          break;
        }
        CaseReport report = run(next);
        reports.add(report);
        screen.ended(report);
      }
      return new Report(Report.SCHEMA, plan.scale().name(), host, reports);
    } finally {
      closeStand();
    }
  }

  /** Gives up the case that runs, and runs no more. */
  synchronized void stop() {
    stopped = true;
    if (attempt != null) {
      attempt.interrupt();
    }
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  private CaseReport run(BenchCase benchCase) {
    Control control = plan.control(benchCase);
    Recorder out = new Recorder();
    screen.begins(benchCase, reports.size() + 1, plan.cases().size());
    Instant begun = clock.now();
    double loadBefore = BenchHost.load();
    String failure = failure(benchCase, control, out);
    if (!failure.isEmpty()) {
      closeStand();
    }
    return new CaseReport(
        benchCase.name(),
        control,
        begun,
        clock.now(),
        loadBefore,
        BenchHost.load(),
        failure,
        out.series(),
        out.gauges(),
        out.curves(),
        out.findings(),
        out.notes());
  }

  /** Runs it; why it failed, or nothing. */
  private String failure(BenchCase benchCase, Control control, Recorder out) {
    try {
      Stand shared = attempt("the daemon's start", START_LIMIT, this::stand);
      Deadline end = Deadline.after(control.timeout());
      Bench bench = new Bench(shared, launcher, end, screen);
      return failure(benchCase, bench, control, out);
    } catch (RuntimeException e) {
      return told(e);
    }
  }

  private String failure(BenchCase benchCase, Bench bench, Control control, Recorder out) {
    try {
      attempt(benchCase.name(), control.timeout(), () -> measure(benchCase, bench, control, out));
      return "";
    } catch (RuntimeException e) {
      String late = "given up after %s, see --timeout; ".formatted(Units.text(control.timeout()));
      return (bench.end().passed() ? late : "") + told(e);
    }
  }

  private static boolean measure(BenchCase benchCase, Bench bench, Control control, Recorder out)
      throws IOException {
    bench.keep(0, 0);
    benchCase.run(bench, control, out);
    return true;
  }

  private String told(RuntimeException e) {
    screen.failed(e);
    Throwable told = e.getCause() == null ? e : e.getCause();
    String reason = told.getClass().getSimpleName() + ": " + told.getMessage();
    return isStopped() ? "stopped by the user" : reason;
  }

  private <T> T attempt(String name, Duration limit, Callable<T> work) {
    Attempt<T> next = new Attempt<>(name, work);
    synchronized (this) {
      if (stopped) {
        throw new CancelledException("stopped before " + name, null);
      }
      attempt = next;
    }
    return next.await(Deadline.after(limit));
  }

  private Stand stand() throws IOException {
    if (stand == null) {
      stand = Stand.start(launcher, Deadline.after(START_LIMIT));
    }
    return stand;
  }

  /** Nothing that this process has started is left, whatever a case was doing when it failed. */
  private void closeStand() {
    if (stand != null) {
      stand.close();
      stand = null;
    }
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }
}
