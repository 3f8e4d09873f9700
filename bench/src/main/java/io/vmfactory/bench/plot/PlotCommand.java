package io.vmfactory.bench.plot;

import io.vmfactory.bench.report.ReportFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench plot}. */
@Command(
    name = "plot",
    description = {
      "Makes an HTML page with plots and tables from a report. It is one file and needs no network."
    },
    mixinStandardHelpOptions = true)
public final class PlotCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "REPORT.json",
      description = "a report that bench run has written")
  private Path report;

  @Option(
      names = "--out",
      paramLabel = "FILE.html",
      description = "the file to write (default: REPORT.html beside the report)")
  private @Nullable Path out;

  @Override
  public Integer call() {
    String name = report.getFileName().toString().replaceFirst("\\.json$", "") + ".html";
    Path page = out == null ? report.resolveSibling(name) : out;
    try {
      Files.writeString(page, Page.of(ReportFile.read(report)));
    } catch (IOException e) {
      spec.commandLine().getErr().println("bench plot: " + e.getMessage());
      return ExitCode.USAGE;
    }
    spec.commandLine().getOut().println(page);
    return ExitCode.OK;
  }
}
