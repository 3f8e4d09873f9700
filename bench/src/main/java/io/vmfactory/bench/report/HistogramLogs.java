package io.vmfactory.bench.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;

/**
 * Writes the times of a report as logs for the tools of HdrHistogram: one file per case, in it one
 * interval per series, with the series as its tag. Values are nanoseconds, which the tools show as
 * milliseconds by default; three digits are exact.
 */
public final class HistogramLogs {
  private HistogramLogs() {}

  /** Writes CASE.hlog for each case that has times, into a folder that is made if needed. */
  public static void write(Report report, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (CaseReport of : report.cases()) {
      if (!of.series().isEmpty()) {
        try (PrintStream log =
            new PrintStream(
                Files.newOutputStream(folder.resolve(of.name() + ".hlog")),
                false,
                StandardCharsets.UTF_8)) {
          write(of, new HistogramLogWriter(log));
          if (log.checkError()) {
            throw new IOException("cannot write " + folder.resolve(of.name() + ".hlog"));
          }
        }
      }
    }
  }

  private static void write(CaseReport of, HistogramLogWriter log) {
    long begun = of.begun().toEpochMilli();
    log.outputComment("[vmfactory bench, case " + of.name() + ", nanoseconds]");
    log.outputLogFormatVersion();
    log.outputStartTime(begun);
    log.setBaseTime(begun);
    log.outputBaseTime(begun);
    log.outputLegend();
    for (Series series : of.series()) {
      Histogram histogram = new Histogram(Recorder.DIGITS);
      series.micros().forEach(micros -> histogram.recordValue(1000 * micros));
      histogram.setTag(tag(series.id()));
      histogram.setStartTimeStamp(begun);
      histogram.setEndTimeStamp(of.ended().toEpochMilli());
      log.outputIntervalHistogram(histogram);
    }
  }

  /** Returns the tag of a series; the format allows neither blanks nor commas in a tag. */
  static String tag(String id) {
    return id.replace(": ", ":").replaceAll("[\\s,]", "_");
  }
}
