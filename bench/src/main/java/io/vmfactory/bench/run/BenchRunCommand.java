package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Cases;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Report;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code bench run}. */
@Command(
    name = "run",
    description = {
      "Runs cases and prints their results. Times between different moments are in separate"
          + " tables.",
      "Exits with 1 if a case failed, whatever was measured; 'bench spec' compares with the"
          + " promises."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ./vmfactory bench run                     every case, with all its samples: 20 minutes",
      "  ./vmfactory bench run clone warm          two cases",
      "  ./vmfactory bench run --scale quick boot  a quick look at one"
    })
public final class BenchRunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Parameters(
      paramLabel = "CASE",
      arity = "0..*",
      description = "the cases to run; default: all that this host can run")
  private List<String> names = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    return options.run(chosen(), this::show);
  }

  private int show(Report report) {
    spec.commandLine().getOut().print(TextReport.of(report));
    spec.commandLine().getOut().flush();
    return report.cases().stream().map(CaseReport::failure).allMatch(String::isEmpty) ? 0 : 1;
  }

  private List<BenchCase> chosen() throws IOException {
    List<String> unknown = new ArrayList<>(names);
    Cases.all().forEach(one -> unknown.remove(one.name()));
    if (!unknown.isEmpty()) {
      String known = Cases.all().stream().map(BenchCase::name).collect(Collectors.joining(", "));
      throw new ParameterException(
          spec.commandLine(), "no such case: %s; there are %s".formatted(unknown.get(0), known));
    }
    CaseChoice choice = new CaseChoice(Cases.all());
    return names.isEmpty() ? choice.possible(spec.commandLine().getErr()) : choice.named(names);
  }
}
