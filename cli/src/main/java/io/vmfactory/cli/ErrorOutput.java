package io.vmfactory.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
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
    UnmatchedArgumentException.printSuggestions(failure, err);
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
      return failure.getCommandLine().getSubcommands().isEmpty()
          ? "unexpected argument: " + word
          : "no such command: " + word;
    }
    return String.valueOf(failure.getMessage());
  }

  private static String message(Exception failure) {
    if (failure instanceof UncheckedIOException unchecked && isBare(unchecked)) {
      return message(unchecked.getCause());
    }
    if (failure instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file or directory";
    }
    if (failure instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? "unexpected failure; --verbose shows where it occurred"
        : message;
  }

  /** Returns whether the message is only that of the cause, with the name of its class. */
  private static boolean isBare(UncheckedIOException failure) {
    return String.valueOf(failure.getCause()).equals(failure.getMessage());
  }
}
