package io.vmfactory.harness.storm;

import java.util.List;

/** One thing that must be true of every history. */
@FunctionalInterface
interface Rule {
  /** Each place where it is not, in words; empty = it holds. */
  List<String> broken(List<Operation> history);
}
