package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Chooses cases to run among {@code all}, by what this host has. */
record CaseChoice(List<BenchCase> all) {
  CaseChoice {
    all = List.copyOf(all);
  }

  /** Returns the cases that this host can run. Prints what it lacks for the others. */
  List<BenchCase> possible(PrintWriter err) {
    all.stream()
        .filter(one -> !one.missing().isEmpty())
        .forEach(one -> err.printf("case %s is left out: %s%n", one.name(), one.missing()));
    err.flush();
    return all.stream().filter(one -> one.missing().isEmpty()).toList();
  }

  /**
   * Returns the cases with these names.
   *
   * @throws IOException if this host cannot run one of them; says what it lacks
   */
  List<BenchCase> named(List<String> names) throws IOException {
    List<BenchCase> named = all.stream().filter(one -> names.contains(one.name())).toList();
    for (BenchCase one : named) {
      String missing = one.missing();
      if (!missing.isEmpty()) {
        throw new IOException("case %s cannot run here: %s".formatted(one.name(), missing));
      }
    }
    return named;
  }
}
