package io.vmfactory.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.api.guest.v1.Identity;
import io.vmfactory.template.TemplateException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a guest with a wrong clock does not become a template. */
@Timeout(60)
class ClockSpeedTest {
  private static final Executor LATE = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

  @TempDir Path dir;

  /** All in milliseconds: guest time between the readings, then when each was sent and received. */
  @ParameterizedTest(name = "{0} ms of the guest''s within {1}..{2} and {3}..{4}: off {5}")
  @CsvSource({
    "1000,   0,   0, 1000, 1000, false",
    "1029,   0,   0, 1000, 1000, false",
    "1031,   0,   0, 1000, 1000, true",
    " 971,   0,   0, 1000, 1000, false",
    " 969,   0,   0, 1000, 1000, true",
    "3640,   0,   0, 1000, 1000, true",
    "   0,   0,   0, 1000, 1000, true",
    "-500,   0,   0, 1000, 1000, true",
    // a late answer: right if the guest read at the end of the first and the beginning of the
    // second
    " 500,   0, 500, 1000, 1500, false",
    "1500,   0, 500, 1000, 1500, false",
    " 484,   0, 500, 1000, 1500, true",
    "1546,   0, 500, 1000, 1500, true",
    // readings that overlap say nothing, except that time does not run backwards
    "   0,   0, 900,  900, 1000, false",
    "1031,   0, 900,  900, 1000, true",
  })
  void isOffOnlyWhenNoMomentsWithinTheRoundTripsExplainIt(
      long guest, long sent1, long received1, long sent2, long received2, boolean off) {
    ClockSpeed speed =
        new ClockSpeed(reading(0, sent1, received1), reading(guest, sent2, received2));
    assertThat(speed.off()).isEqualTo(off);
  }

  private static ClockReading reading(long guest, long sent, long received) {
    Instant shown = Instant.ofEpochSecond(1_800_000_000).plusMillis(guest);
    return new ClockReading(shown, sent * 1_000_000, received * 1_000_000);
  }

  @ParameterizedTest
  @CsvSource({"100, true", "101, false", "1000, false"})
  void saysSomethingWhenTheRoundTripsAreATenthOfTheSpan(long received1, boolean sharp) {
    assertThat(new ClockSpeed(reading(0, 0, received1), reading(9, 1000, 1000)).sharp())
        .isEqualTo(sharp);
  }

  @Test
  void namesTheFactorAndHowVagueItIs() {
    ClockSpeed speed = new ClockSpeed(reading(0, 0, 20), reading(3640, 1000, 1020));
    assertThat(speed).hasToString("3.640 times as fast as the host's (within 2.0 %, over 1.00 s)");
  }

  /** Speeds just outside the range that is found with certainty, however slow this machine is. */
  @ParameterizedTest
  @ValueSource(doubles = {3.64, 1.16, 0.86, 0.27, 0, -1})
  void aGuestWithSuchAClockIsRefusedWithTheRemedyAndLeavesNothing(double speed) throws IOException {
    try (TemplateFixture fixture = new TemplateFixture(dir)) {
      clockRuns(fixture, speed, Runnable::run, Runnable::run);
      assertRefused(fixture);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.98, 1, 1.02})
  void aGuestWithSuchAClockIsATemplate(double speed) throws IOException {
    try (TemplateFixture fixture = new TemplateFixture(dir)) {
      clockRuns(fixture, speed, Runnable::run, Runnable::run);
      fixture.assertNothingLeftBut(fixture.built());
    }
  }

  @Test
  void aQuestionThatArrivesLateMakesNoClockWrong() throws IOException {
    try (TemplateFixture fixture = new TemplateFixture(dir)) {
      clockRuns(fixture, 1, LATE, Runnable::run);
      fixture.assertNothingLeftBut(fixture.built());
    }
  }

  @Test
  void anAnswerThatArrivesLateMakesNoClockWrong() throws IOException {
    try (TemplateFixture fixture = new TemplateFixture(dir)) {
      clockRuns(fixture, 1, Runnable::run, LATE);
      fixture.assertNothingLeftBut(fixture.built());
    }
  }

  @Test
  void aFastClockThatAnswersLateIsFoundOutAllTheSame() throws IOException {
    try (TemplateFixture fixture = new TemplateFixture(dir)) {
      clockRuns(fixture, 3.64, LATE, LATE);
      assertRefused(fixture);
    }
  }

  private static void assertRefused(TemplateFixture fixture) throws IOException {
    StoredTemplates templates = fixture.open();
    var thrown =
        catchThrowableOfType(
            TemplateException.class,
            () -> templates.build(fixture.spec(), TemplateFixture.SILENT, TemplateFixture.soon()));
    assertThat(thrown)
        .hasMessageContaining("step \"guest clock\"")
        .hasMessageContaining("times as fast as the host's")
        .hasMessageContaining("build again when the host is less loaded");
    assertThat(thrown.reason()).isEqualTo(Reason.FAILED);
    fixture.assertNothingLeftBut();
  }

  /** The guest reads its clock once {@code before} has run, and answers once {@code after} has. */
  private static void clockRuns(
      TemplateFixture fixture, double speed, Executor before, Executor after) {
    long boot = System.nanoTime();
    LongSupplier clock = () -> (long) (1e15 + speed * (System.nanoTime() - boot));
    fixture.agent.script(
        "GetIdentity",
        call ->
            before.execute(
                () -> {
                  Identity shown =
                      Identity.newBuilder().setRealtimeNanos(clock.getAsLong()).build();
                  after.execute(() -> call.reply(shown));
                }));
  }
}
