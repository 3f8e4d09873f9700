package io.vmfactory.cli;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.Spelling;
import io.vmfactory.configs.host.HostText;
import java.io.PrintWriter;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Prints failures: what is wrong, then the remedy. Prints a stack trace only with {@code
 * --verbose}.
 */
final class ErrorOutput {
  private ErrorOutput() {}

  /** Reports a command line that cannot be parsed. Returns the exit code. */
  static int usage(ParameterException failure, String[] args) {
    PrintWriter err = failure.getCommandLine().getErr();
    complain(err, usageMessage(failure));
    suggest(failure, err);
    err.println("try: " + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help");
    err.flush();
    return failure.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
  }

  /** Reports a command that failed. Returns the exit code. */
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

  /** Returns picocli's message, or a plainer one for words that no command expects. */
  private static String usageMessage(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
      String word = unmatched.getUnmatched().get(0);
      if (!HostText.isUtf8(word)) {
        return Commands.notUtf8(word); // a parameter that cannot be converted counts as unexpected
      }
      return failure.getCommandLine().getSubcommands().isEmpty()
          ? "unexpected argument: " + word
          : "no such command: " + word;
    }
    return String.valueOf(failure.getMessage()).replaceFirst("^Error: ", "");
  }

  /** Prints the command or option that the user probably meant, if there is one. */
  private static void suggest(ParameterException failure, PrintWriter err) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().get(0).replaceFirst("=.*", "");
      CommandLine command = unmatched.getCommandLine();
      Set<String> known =
          unmatched.isUnknownOption()
              ? command.getCommandSpec().optionsMap().keySet()
              : command.getSubcommands().keySet();
      Spelling.nearest(word, known)
          .ifPresent(meant -> err.println("  did you mean " + meant + "?"));
    }
  }

  private static String message(Exception failure) {
    String text = ErrorText.of(failure);
    return text.equals(ErrorText.UNEXPECTED) ? text + "; --verbose shows where it occurred" : text;
  }
}
