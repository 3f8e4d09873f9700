package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.Bench;
import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.SharedDaemon;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.bench.report.Report;
import io.vmfactory.configs.ErrorText;
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
 * Runs cases one after the other. They share a daemon; after a failed case, a new daemon is
 * started. The failure of a case ends only that case.
 */
final class Runner {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final WallClock clock = WallClock.system();
  private final RunPlan plan;
  private final List<String> launcher;
  private final ProgressDisplay display;
  private final List<CaseReport> reports = new ArrayList<>();
  private @Nullable SharedDaemon sharedDaemon;
  private @Nullable Attempt<?> attempt;
  private boolean stopped;

  /**
   * @param launcher command that starts {@code vmfactory}
   */
  Runner(RunPlan plan, List<String> launcher, ProgressDisplay display) {
    this.plan = plan;
    this.launcher = launcher;
    this.display = display;
  }

  /**
   * Runs all cases, or those before it is stopped.
   *
   * @throws RuntimeException if no daemon can be started, or if it is stopped before one has
   *     started
   */
  Report run() {
    try {
      HostFacts host =
          attempt("the daemon's start", START_LIMIT, () -> BenchHost.facts(sharedDaemon()));
      for (BenchCase next : plan.cases()) {
        if (isStopped()) {
          break;
        }
        CaseReport report = run(next);
        reports.add(report);
        display.ended(report);
      }
      return new Report(Report.SCHEMA, plan.scale().name(), host, reports);
    } finally {
      closeSharedDaemon();
    }
  }

  /** Ends the current case, and runs no more. */
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
    CaseSettings control = plan.control(benchCase);
    Recorder out = new Recorder();
    display.begins(benchCase, reports.size() + 1, plan.cases().size());
    Instant begun = clock.now();
    double loadBefore = BenchHost.load();
    String failure = failure(benchCase, control, out);
    if (!failure.isEmpty()) {
      closeSharedDaemon();
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

  /** Runs the case; returns why it failed, or an empty text. */
  private String failure(BenchCase benchCase, CaseSettings control, Recorder out) {
    try {
      SharedDaemon shared = attempt("the daemon's start", START_LIMIT, this::sharedDaemon);
      Deadline end = Deadline.after(control.timeout());
      Bench bench = new Bench(shared, launcher, end, display);
      return failure(benchCase, bench, control, out);
    } catch (RuntimeException e) {
      return describe(e);
    }
  }

  private String failure(BenchCase benchCase, Bench bench, CaseSettings control, Recorder out) {
    try {
      attempt(benchCase.name(), control.timeout(), () -> measure(benchCase, bench, control, out));
      return "";
    } catch (RuntimeException e) {
      String late = "stopped after %s, see --timeout; ".formatted(Units.text(control.timeout()));
      return (bench.end().passed() ? late : "") + describe(e);
    }
  }

  private static boolean measure(
      BenchCase benchCase, Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.keep(0, 0);
    benchCase.run(bench, control, out);
    return true;
  }

  private String describe(RuntimeException e) {
    display.failed(e);
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return isStopped() ? "stopped by the user" : ErrorText.of(cause);
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

  private SharedDaemon sharedDaemon() throws IOException {
    if (sharedDaemon == null) {
      sharedDaemon = SharedDaemon.start(launcher, Deadline.after(START_LIMIT));
    }
    return sharedDaemon;
  }

  /** Ends everything that this process has started, whatever a case was doing when it failed. */
  private void closeSharedDaemon() {
    if (sharedDaemon != null) {
      sharedDaemon.close();
      sharedDaemon = null;
    }
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
  }
}
