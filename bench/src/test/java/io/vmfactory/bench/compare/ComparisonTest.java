package io.vmfactory.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.atIndex;
import static org.assertj.core.api.Assertions.within;

import io.vmfactory.bench.compare.Comparison.Row;
import io.vmfactory.bench.compare.Comparison.Verdict;
import io.vmfactory.bench.report.Report;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final int SEEDS = 400;

  @Test
  void withoutAChangeOneOfAHundredComparisonsAlarms() {
    long alarms =
        LongStream.range(0, SEEDS)
            .filter(
                seed ->
                    alarm(
                        new SampleRuns(seed).noise(0.4).rounds(40).report(),
                        new SampleRuns(SEEDS + seed).noise(0.4).rounds(40).report()))
            .count();

    assertThat(alarms).as("of %d; 4 are expected", SEEDS).isLessThanOrEqualTo(7);
  }

  @Test
  void tenPercentAreSeen() {
    for (long seed = 0; seed < 50; seed++) {
      Report before = new SampleRuns(seed).rounds(400).report();
      Report after = new SampleRuns(100 + seed).rounds(400).slower(1.1).report();

      assertThat(verdict(before, after, SampleRuns.PRODUCT)).isEqualTo(Verdict.SLOWER);
      assertThat(verdict(after, before, SampleRuns.PRODUCT)).isEqualTo(Verdict.FASTER);
    }
  }

  @Test
  void theMachinesDriftIsNoAlarmWhereThereIsAFloor() {
    long alarms =
        LongStream.range(0, SEEDS)
            .mapToObj(
                seed ->
                    runs(
                        new SampleRuns(seed).wander(0.02).report(),
                        new SampleRuns(SEEDS + seed).wander(0.02).machine(1.3).report()))
            .flatMap(runs -> Comparison.of(runs).stream())
            .filter(row -> row.measure().ratios().isPresent())
            .filter(ComparisonTest::differs)
            .count();

    assertThat(alarms).as("of %d", 2 * SEEDS).isLessThanOrEqualTo(7);
  }

  @Test
  void whatHasNoFloorOfItsOwnIsComparedWithTheCasesFloors() {
    Report before = new SampleRuns(1).report();
    Report slowMachine = new SampleRuns(2).machine(1.3).report();
    Report slowCode = new SampleRuns(2).machine(1.3).slower(1.3).report();

    assertThat(verdict(before, slowMachine, SampleRuns.CALL)).isEqualTo(Verdict.MACHINE);
    assertThat(verdict(before, slowCode, SampleRuns.CALL)).isEqualTo(Verdict.SLOWER);
    assertThat(verdict(before, slowMachine, SampleRuns.STEP)).isEqualTo(Verdict.SAME);
    assertThat(verdict(before, slowCode, SampleRuns.STEP)).isEqualTo(Verdict.SLOWER);
  }

  @Test
  void aChangeIsSeenThroughTheMachinesDrift() {
    Report before = new SampleRuns(1).rounds(400).wander(0.02).machine(1.3).report();
    Report after = new SampleRuns(2).rounds(400).wander(0.02).slower(1.1).report();

    Row row = row(Comparison.of(runs(before, after)), SampleRuns.PRODUCT);

    assertThat(row.verdict()).isEqualTo(Verdict.SLOWER);
    assertThat(row.judged().before()).isCloseTo(1.2, within(0.03));
    assertThat(row.judged().delta()).isCloseTo(0.1, within(0.04));
  }

  @Test
  void lessThanFivePercentIsNoAlarmHoweverSure() {
    Report before = new SampleRuns(1).noise(0.01).report();
    Report after = new SampleRuns(2).noise(0.01).slower(1.03).report();

    Row row = row(Comparison.of(runs(before, after)), SampleRuns.PRODUCT);

    assertThat(row.p()).isLessThan(1e-6);
    assertThat(row.verdict()).isEqualTo(Verdict.SAME);
  }

  @Test
  void aFloorIsNotJudged() {
    Report before = new SampleRuns(1).report();
    Report after = new SampleRuns(2).machine(2).report();

    assertThat(verdict(before, after, "floor: clone")).isEqualTo(Verdict.FLOOR);
  }

  @Test
  void whatTookTurnsWithOurOwnCodeIsNotJudgedByTheRatio() {
    Report before = new SampleRuns(1).report();
    Report after = new SampleRuns(2).slower(1.2).report();

    assertThat(verdict(before, after, SampleRuns.SHELL)).isEqualTo(Verdict.SLOWER);
  }

  @Test
  void fewRoundsSayThatTheyAreFew() {
    Report before = new SampleRuns(1).rounds(4).report();
    Report after = new SampleRuns(2).rounds(4).slower(3).report();

    assertThat(verdict(before, after, SampleRuns.PRODUCT)).isEqualTo(Verdict.TOO_FEW);
  }

  @Test
  void timesThatAreAllTheSameAreTheSame() {
    Report report = new SampleRuns(1).noise(0).report();

    assertThat(Comparison.of(runs(report, report)))
        .extracting(Row::verdict)
        .contains(Verdict.FLOOR, atIndex(1))
        .containsOnly(Verdict.SAME, Verdict.FLOOR);
  }

  @Test
  void runsInTurnsCancelWhatBothOfAPairHave() {
    double[] moods = {1, 1.6, 0.8};
    List<Report> before = turns(moods, 1);
    List<Report> after = turns(moods, 1.15);

    List<Row> rows = Comparison.of(new Runs(before, after));

    assertThat(row(rows, SampleRuns.CALL).verdict()).isEqualTo(Verdict.SLOWER);
    assertThat(row(rows, SampleRuns.CALL).judged().delta()).isCloseTo(0.15, within(0.03));
  }

  private static List<Report> turns(double[] moods, double slower) {
    return IntStream.range(0, moods.length)
        .mapToObj(
            i ->
                new SampleRuns(i + (long) (100 * slower)).machine(moods[i]).slower(slower).report())
        .toList();
  }

  @Test
  void pairsOfRunsThatDisagreeAreNoAlarm() {
    List<Report> before = turns(new double[] {1, 1, 1}, 1);
    List<Report> after =
        List.of(
            new SampleRuns(11).slower(1.5).report(),
            new SampleRuns(12).slower(1.5).report(),
            new SampleRuns(13).slower(0.9).report());

    assertThat(row(Comparison.of(new Runs(before, after)), SampleRuns.PRODUCT).verdict())
        .isEqualTo(Verdict.RUNS_DISAGREE);
  }

  @Test
  void manyRunsAreComparedByTheirMedians() {
    double[] moods = new double[12];
    Arrays.fill(moods, 1);

    List<Row> rows = Comparison.of(new Runs(turns(moods, 1), turns(moods, 1.1)));

    Row row = row(rows, SampleRuns.PRODUCT);
    assertThat(row.verdict()).isEqualTo(Verdict.SLOWER);
    assertThat(row.judged().p()).as("all of 12 pairs").isCloseTo(2 / 4096.0, within(1e-9));
  }

  private static boolean alarm(Report before, Report after) {
    return Comparison.of(runs(before, after)).stream().anyMatch(ComparisonTest::differs);
  }

  private static boolean differs(Row row) {
    return row.verdict() == Verdict.SLOWER || row.verdict() == Verdict.FASTER;
  }

  private static Verdict verdict(Report before, Report after, String id) {
    return row(Comparison.of(runs(before, after)), id).verdict();
  }

  private static Row row(List<Row> rows, String id) {
    return rows.stream().filter(row -> row.measure().id().equals(id)).findFirst().orElseThrow();
  }

  private static Runs runs(Report before, Report after) {
    return new Runs(List.of(before), List.of(after));
  }
}
