package io.vmfactory.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * How failures are told: what is wrong, then the remedy; a stack trace only for {@code --verbose}.
 */
final class ErrorOutput {
  private ErrorOutput() {}

  /** A command line that cannot be understood. */
  static int usage(ParameterException failure, String[] args) {
    PrintWriter err = failure.getCommandLine().getErr();
    complain(err, failure.getMessage());
    UnmatchedArgumentException.printSuggestions(failure, err);
    err.println("try: " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return failure.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
  }

  /** A command that failed. */
  static int failure(Exception failure, CommandLine commandLine, ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    complain(err, message(failure));
    if (failure instanceof CliException known && !known.remedy().isEmpty()) {
      err.println("  " + known.remedy());
    }
    if (commandLine.getParseResult().hasMatchedOption("--verbose")) {
      failure.printStackTrace(err);
    }
    err.flush();
    boolean besideAContainers =
        commandLine.getCommandSpec().exitCodeOnExecutionException() == Exit.OF_OUR_OWN;
    return besideAContainers ? Exit.beside(failure) : Exit.of(failure).code();
  }

  private static void complain(PrintWriter err, String message) {
    message.lines().forEach(line -> err.println("vmfactory: " + Show.harmless(line)));
  }

  private static String message(Exception failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.toString() : message;
  }
}
