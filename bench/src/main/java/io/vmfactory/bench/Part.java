package io.vmfactory.bench;

import io.vmfactory.bench.cases.Bench;
import java.io.IOException;
import java.util.List;

/**
 * One part of the pool's case, measured.
 *
 * @param text figures that nobody promised, lines that end with a line break
 */
record Part(String title, String text, List<Promise> promises) {

  /** What measures a part. */
  interface Measure {
    Part run(Bench bench) throws IOException;
  }
}
