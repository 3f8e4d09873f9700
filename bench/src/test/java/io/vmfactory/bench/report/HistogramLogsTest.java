package io.vmfactory.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogProcessor;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistogramLogsTest {
  private final Report report = SampleReport.of(1);

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    HistogramLogs.write(report, folder);
  }

  @Test
  void everyCaseWithTimesHasALog() {
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("clone.hlog", "warm.hlog", "container.hlog");
  }

  @Test
  void everySeriesIsThereWithItsTagAndAllItsTimes() throws IOException {
    CaseReport of = report.cases().get(0);

    List<Histogram> logged = read(folder.resolve("clone.hlog"));

    assertThat(logged)
        .extracting(Histogram::getTag)
        .containsExactlyElementsOf(
            of.series().stream().map(series -> HistogramLogs.tag(series.id())).toList())
        .doesNotHaveDuplicates()
        .contains("TEMPLATE:until_the_agent_answers");
    for (int i = 0; i < logged.size(); i++) {
      List<Long> micros = of.series().get(i).micros();
      assertThat(logged.get(i).getTotalCount()).isEqualTo(micros.size());
      long most = micros.stream().mapToLong(Long::longValue).max().orElseThrow();
      assertThat(logged.get(i).getMaxValue() / 1e3).isCloseTo((double) most, within(most / 1e3));
      assertThat(logged.get(i).getStartTimeStamp()).isEqualTo(of.begun().toEpochMilli());
    }
  }

  private static List<Histogram> read(Path file) throws IOException {
    List<Histogram> histograms = new ArrayList<>();
    try (HistogramLogReader log = new HistogramLogReader(file.toFile())) {
      while (log.hasNext()) {
        histograms.add((Histogram) log.nextIntervalHistogram());
      }
    }
    return histograms;
  }

  @Test
  void theLibrarysOwnToolShowsThemAsMilliseconds() throws IOException, InterruptedException {
    Path shown = folder.resolve("shown");

    Thread tool =
        new HistogramLogProcessor(
            new String[] {
              "-i", folder.resolve("warm.hlog").toString(),
              "-o", shown.toString(),
              "-tag", "WARM:request"
            });
    tool.start();
    tool.join();

    long most =
        report.cases().get(1).series().get(0).micros().stream()
            .mapToLong(Long::longValue)
            .max()
            .orElseThrow();
    String total =
        Files.readAllLines(Path.of(shown + ".hgrm")).stream()
            .filter(line -> line.startsWith("#[Max"))
            .findFirst()
            .orElseThrow();
    assertThat(total).contains("Total count    =          200");
    assertThat(Double.parseDouble(total.replaceAll("#\\[Max *= *([0-9.]+),.*", "$1")))
        .isCloseTo(most / 1e3, within(most / 1e6 + 0.001));
  }
}
