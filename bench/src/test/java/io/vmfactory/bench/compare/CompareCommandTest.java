package io.vmfactory.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.ReportFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompareCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void slowerIsAnAlarm() throws IOException {
    String before = file("a", new SampleRuns(1).report());
    String after = file("b", new SampleRuns(2).slower(1.2).report());

    assertThat(execute(before, after)).isEqualTo(1);
    assertThat(out.toString())
        .containsPattern("clone +TEMPLATE: request +[5-7]\\d.\\d ms .* 1\\.\\d\\d .*SLOWER")
        .contains("4 slower, 0 faster, of 4 series", "one run each");
  }

  @Test
  void fasterAndTheSameAreNone() throws IOException {
    String before = file("a", new SampleRuns(1).slower(1.2).report());
    String after = file("b", new SampleRuns(2).report());

    assertThat(execute(before, after)).isZero();
    assertThat(execute(before, before)).isZero();
    assertThat(out.toString()).contains("0 slower, 4 faster", "0 slower, 0 faster");
  }

  @Test
  void runsInTurnsAreGivenInTurnsOrByOptions() throws IOException {
    String a = file("a", new SampleRuns(1).minute(0).report());
    String b = file("b", new SampleRuns(2).minute(1).report());
    String a2 = file("a2", new SampleRuns(3).minute(2).report());
    String b2 = file("b2", new SampleRuns(4).minute(3).report());

    assertThat(execute(a, b, a2, b2)).isZero();
    String first = out.toString();
    out.getBuffer().setLength(0);
    assertThat(execute("--before", a + "," + a2, "--after", b + "," + b2)).isZero();

    assertThat(out.toString()).isEqualTo(first).doesNotContain("WARNING");
  }

  @Test
  void runsNotTakenInTurnsAreSaidToBe() throws IOException {
    String a = file("a", new SampleRuns(1).minute(0).report());
    String a2 = file("a2", new SampleRuns(2).minute(1).report());
    String b = file("b", new SampleRuns(3).minute(2).report());
    String b2 = file("b2", new SampleRuns(4).minute(3).report());

    assertThat(execute(a, b, a2, b2)).isZero();

    assertThat(out.toString()).contains("WARNING: the runs were not taken in turns");
  }

  @Test
  void anotherQemuIsSaid() throws IOException {
    execute(
        file("a", new SampleRuns(1).report()),
        file("b", new SampleRuns(2).qemu("10.0.2").report()));

    assertThat(out.toString()).contains("WARNING: different QEMU: 7.2.22 | 10.0.2");
  }

  @Test
  void whatCannotBeComparedIsRefused() throws IOException {
    String a = file("a", new SampleRuns(1).report());
    String none = Files.writeString(folder.resolve("none.json"), "{}").toString();

    assertThat(execute(a)).isEqualTo(2);
    assertThat(execute(a, a, a)).isEqualTo(2);
    assertThat(execute("--before", a)).isEqualTo(2);
    assertThat(execute(a, a, "--before", a, "--after", a)).isEqualTo(2);
    assertThat(err.toString()).contains("A.json B.json A2.json B2.json");
    assertThat(execute(a, none)).isEqualTo(2);
    assertThat(err.toString()).contains(none);
    assertThat(execute(a, folder.resolve("gone.json").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("no such file");
  }

  private String file(String name, Report report) throws IOException {
    Path file = folder.resolve(name + ".json");
    ReportFile.write(report, file);
    return file.toString();
  }

  private int execute(String... arguments) {
    return new CommandLine(new CompareCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
