package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Cases;
import io.vmfactory.bench.report.Finding;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.spec.Promise;
import io.vmfactory.bench.spec.Promises;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code bench spec}. */
@Command(
    name = "spec",
    description = {
      "Runs every case that proves a promise of SPECIFICATION.md, and prints for each promise"
          + " whether",
      "it is kept, or by how much it is missed. Exits with 1 if one is missed or was not measured."
    },
    mixinStandardHelpOptions = true)
public final class SpecCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Override
  public Integer call() throws IOException {
    Set<String> proving =
        Promises.all().stream().map(Promise::provenBy).collect(Collectors.toSet());
    List<BenchCase> cases =
        new CaseChoice(Cases.all().stream().filter(one -> proving.contains(one.name())).toList())
            .possible(spec.commandLine().getErr());
    PrintWriter out = spec.commandLine().getOut();
    return options.run(cases, report -> judge(report, out) ? 0 : 1);
  }

  /** Prints a line for each promise; returns whether all are kept. */
  static boolean judge(Report report, PrintWriter out) {
    int kept = 0;
    for (Promise promise : Promises.all()) {
      Optional<Double> value =
          report.findings(promise.id()).stream().map(Finding::value).findFirst();
      kept += value.filter(promise::allows).isPresent() ? 1 : 0;
      out.println(value.map(v -> PromiseLine.line(promise, v)).orElse(PromiseLine.none(promise)));
    }
    out.printf("%d of %d promises are kept%n", kept, Promises.all().size());
    out.flush();
    return kept == Promises.all().size();
  }
}
