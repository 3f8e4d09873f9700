package io.vmfactory.guest.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bundles, written by hand and at random, run the same in runc on this host and in a container of
 * our guest: exit codes, and what /proc, the environment and tries of the process's rights show,
 * for the first process and for one that is executed beside it.
 *
 * <p>The property {@code vmfactory.differential.cases} says how many random bundles; with 0, the
 * default, a sample of the written ones and a few at random run. {@code
 * vmfactory.differential.seed} repeats a run.
 */
@Tag("qemu")
@Timeout(3600)
final class DifferentialIT {
  private static final int CASES = Integer.getInteger("vmfactory.differential.cases", 0);
  private static final long SEED =
      Long.getLong("vmfactory.differential.seed", System.nanoTime() & 0xFFFFFF);
  private static final boolean ALL = CASES > 0;
  private static final int SAMPLE = 10;

  /** So many random bundles need each row of the table. */
  private static final int ENOUGH = 200;

  private static final KnownDifferences KNOWN = KnownDifferences.read();

  private static RuncHost runc;
  private static OurGuest guest;

  @BeforeAll
  static void boot(@TempDir Path ours, @TempDir Path theirs) throws IOException {
    boolean root = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    assumeTrue(root && RuncHost.isThere(), "the differential test needs root and runc");
    runc = new RuncHost(theirs);
    guest = new OurGuest(ours);
  }

  @AfterAll
  static void kill() {
    if (guest != null) {
      guest.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> runsAsInRunc() throws IOException {
    System.out.println("differential test: -Dvmfactory.differential.seed=" + SEED);
    List<Trial> trials = new ArrayList<>(WrittenTrials.read());
    if (!ALL) {
      Collections.shuffle(trials, new Random(SEED));
      trials = new ArrayList<>(trials.subList(0, Math.min(SAMPLE, trials.size())));
    }
    for (long seed = SEED; seed < SEED + (ALL ? CASES : SAMPLE); seed++) {
      trials.add(new RandomTrial(seed).next());
    }
    Stream<DynamicTest> tests = trials.stream().map(t -> dynamicTest(t.name(), () -> check(t)));
    return CASES >= ENOUGH
        ? Stream.concat(tests, Stream.of(dynamicTest("table", this::checkTable)))
        : tests;
  }

  private void check(Trial trial) throws Exception {
    Outcome theirs = runc.run(trial);
    Outcome ours = guest.run(trial);

    assertThat(KNOWN.between(trial, theirs, ours))
        .as("%s, %s, %s", trial.name(), trial.config(), trial.exec())
        .isEmpty();
  }

  /** A row that no trial needs any more hides the next fault. */
  private void checkTable() {
    assertThat(KNOWN.unused()).as("rows of differences.txt that no trial needed").isEmpty();
  }
}
