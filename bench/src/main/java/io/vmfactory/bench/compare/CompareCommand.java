package io.vmfactory.bench.compare;

import io.vmfactory.bench.compare.Comparison.Row;
import io.vmfactory.bench.compare.Comparison.Verdict;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.ReportFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench compare}. */
@Command(
    name = "compare",
    description = {
      "Reads reports and says whether one version is slower than another.",
      "A series with a floor is compared by its ratio to it, round by round. Alarm: p < 0.01, by",
      "Mann and Whitney's test with Holm's correction for all series, and medians more than 5 %%",
      "apart. Exits with 0 = nothing slower, 1 = slower, 2 = the reports cannot be compared."
    },
    mixinStandardHelpOptions = true)
public final class CompareCommand implements Callable<Integer> {
  private static final int SLOWER = 1;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "REPORT.json",
      description = "reports, alternating: A.json B.json [A2.json B2.json ...]")
  private List<Path> inTurns = List.of();

  @Option(names = "--before", split = ",", paramLabel = "A.json", description = "instead: A,A2,...")
  private List<Path> before = List.of();

  @Option(
      names = "--after",
      split = ",",
      paramLabel = "B.json",
      description = "with --before: B,B2,...")
  private List<Path> after = List.of();

  @Override
  public Integer call() {
    Runs runs;
    try {
      runs = runs();
    } catch (IOException e) {
      spec.commandLine().getErr().println("bench compare: " + e.getMessage());
      return ExitCode.USAGE;
    }
    List<Row> rows = Comparison.of(runs);
    if (rows.isEmpty()) {
      spec.commandLine().getErr().println("bench compare: no series that all reports have");
      return ExitCode.USAGE;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(ComparisonText.of(runs, rows));
    out.flush();
    return rows.stream().anyMatch(row -> row.verdict() == Verdict.SLOWER) ? SLOWER : ExitCode.OK;
  }

  private Runs runs() throws IOException {
    List<Path> ones = new ArrayList<>(before);
    List<Path> others = new ArrayList<>(after);
    for (int i = 0; i < inTurns.size(); i++) {
      (i % 2 == 0 ? ones : others).add(inTurns.get(i));
    }
    boolean both = !inTurns.isEmpty() && !(before.isEmpty() && after.isEmpty());
    if (both || ones.isEmpty() || ones.size() != others.size()) {
      throw new ParameterException(
          spec.commandLine(),
          "give reports in turns, A.json B.json A2.json B2.json, or as many with --before as with"
              + " --after");
    }
    return new Runs(read(ones), read(others));
  }

  private static List<Report> read(List<Path> files) throws IOException {
    List<Report> reports = new ArrayList<>();
    for (Path file : files) {
      reports.add(ReportFile.read(file));
    }
    return reports;
  }
}
