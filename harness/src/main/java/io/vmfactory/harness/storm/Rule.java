package io.vmfactory.harness.storm;

import java.util.List;

/** A rule that must hold in every history. */
@FunctionalInterface
interface Rule {
  /** Returns each place where the rule is broken, in words; empty = it holds. */
  List<String> broken(List<Operation> history);
}
