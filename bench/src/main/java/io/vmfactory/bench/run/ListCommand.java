package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Cases;
import io.vmfactory.bench.cases.Scale;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.spec.Promises;
import io.vmfactory.configs.Units;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code bench list}. */
@Command(
    name = "list",
    description = "Lists the cases: which promises each proves, and how it runs at each scale.",
    mixinStandardHelpOptions = true)
public final class ListCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    for (BenchCase one : Cases.all()) {
      out.printf("%-15s %s%n", one.name(), one.summary());
      Promises.all().stream()
          .filter(promise -> promise.provenBy().equals(one.name()))
          .forEach(promise -> out.printf("%15s proves %s%n", "", promise.id()));
      for (Scale scale : Scale.values()) {
        out.printf("%15s %s%n", "", line(scale, one.control(scale)));
      }
    }
    out.flush();
  }

  private static String line(Scale scale, CaseSettings control) {
    return "%-6s %5d rounds after %d, %d at once, at most %s"
        .formatted(
            scale.name().toLowerCase(Locale.ROOT),
            control.iterations(),
            control.warmUp(),
            control.concurrency(),
            Units.text(control.timeout()));
  }
}
