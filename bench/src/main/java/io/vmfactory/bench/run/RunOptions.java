package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Scale;
import io.vmfactory.bench.report.Report;
import io.vmfactory.configs.Units;
import io.vmfactory.configs.time.WallClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options of commands that run cases, and the run. */
final class RunOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--scale",
      defaultValue = "full",
      description = "full, quick (a look) or smoke (only checks that it works); default: full")
  private Scale scale;

  @Option(
      names = "--iterations",
      paramLabel = "N",
      description = "rounds of every case; default: as 'bench list' shows")
  private @Nullable Integer iterations;

  @Option(
      names = "--timeout",
      paramLabel = "SPAN",
      converter = SpanConverter.class,
      description = "time limit of a case, such as 10m; default: as 'bench list' shows")
  private @Nullable Duration timeout;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "folder for report.json, report.html and the logs of HdrHistogram;"
              + " default: a new bench-results/TIME")
  private @Nullable Path out;

  @Option(names = "--no-out", description = "write no files")
  private boolean noOut;

  /** Reads durations in the form that the configuration has. */
  private static final class SpanConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return Units.duration(text)
          .filter(span -> !span.isZero())
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is not %s".formatted(text, Units.DURATION_FORM)));
    }
  }

  /**
   * Runs cases and passes the report to {@code then}, also if the user ended the run.
   *
   * @return the exit code that {@code then} returns
   */
  int run(List<BenchCase> cases, ToIntFunction<Report> then) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    RunPlan plan = plan(cases);
    List<String> launcher = Launcher.command(spec);
    OutFolder folder = folder();
    Runner runner =
        new Runner(plan, launcher, new ProgressDisplay(err, ProgressDisplay.isWatched()));
    try (RunStop interruption = new RunStop(runner::stop)) {
      Report report = runner.run();
      int code = then.applyAsInt(report);
      folder.write(report).forEach(file -> err.println("written: " + file));
      return code;
    }
  }

  private OutFolder folder() throws IOException {
    if (noOut) {
      return OutFolder.none();
    }
    return out == null ? OutFolder.fresh(WallClock.system().now()) : OutFolder.at(out);
  }

  private RunPlan plan(List<BenchCase> cases) {
    if (iterations != null && iterations < 1) {
      throw new ParameterException(spec.commandLine(), "--iterations must be 1 or more");
    }
    return new RunPlan(cases, scale, iterations, timeout);
  }
}
