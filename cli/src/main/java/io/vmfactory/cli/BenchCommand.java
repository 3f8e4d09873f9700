package io.vmfactory.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * {@code vmfactory bench}, for the help text and the completion. The bench is a program of its own,
 * which the launcher starts if {@code bench} is the first word.
 */
@Command(
    name = "bench",
    description = {
      "Measures vmfactory on this machine, with a daemon of its own.",
      "bench must be the first word; its options are its own."
    },
    footer = {"  vmfactory bench --help", "  vmfactory bench list", "  vmfactory bench run warm"})
final class BenchCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ARGS", description = "See vmfactory bench --help.")
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    throw new CliException(
        Exit.USAGE,
        "the bench was not started",
        "write: vmfactory bench " + String.join(" ", words) + " (bench is the first word)");
  }
}
