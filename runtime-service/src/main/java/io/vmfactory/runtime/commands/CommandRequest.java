package io.vmfactory.runtime.commands;

import com.google.protobuf.ByteString;
import io.vmfactory.api.runtime.v1.ClientStream;
import io.vmfactory.api.runtime.v1.CommandLine;
import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.host.TerminalSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command line and where it was typed. Texts are {@link HostText}.
 *
 * @param words the words after {@code vmfactory}
 * @param environment the variables of the client
 * @param directory the client's working directory, an absolute path
 * @param streams what is known of its standard input, output and error
 */
public record CommandRequest(
    List<String> words, Map<String, String> environment, String directory, List<Stream> streams) {
  /** The version of the wire that this service knows. */
  static final int VERSION = 1;

  private static final int STREAMS = 3;

  /**
   * A standard stream of the client.
   *
   * @param terminal whether it is a terminal
   * @param size the window size when the command began
   */
  public record Stream(boolean terminal, TerminalSize size) {}

  public CommandRequest {
    words = List.copyOf(words);
    environment = Map.copyOf(environment);
    streams = List.copyOf(streams);
  }

  /** Returns whether this service can read {@code line}. */
  static boolean isKnown(CommandLine line) {
    return line.getVersion() == VERSION
        && line.getStreamsCount() == STREAMS
        && line.getDirectory().startsWith(ByteString.copyFromUtf8("/"));
  }

  static CommandRequest of(CommandLine line) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (ByteString bytes : line.getEnvironmentList()) {
      String variable = HostText.of(bytes.toByteArray());
      int equals = variable.indexOf('=');
      if (equals > 0) {
        environment.putIfAbsent(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return new CommandRequest(
        line.getWordsList().stream().map(word -> HostText.of(word.toByteArray())).toList(),
        environment,
        HostText.of(line.getDirectory().toByteArray()),
        line.getStreamsList().stream().map(CommandRequest::stream).toList());
  }

  private static Stream stream(ClientStream stream) {
    TerminalSize size =
        stream.getTerminal()
            ? new TerminalSize(stream.getRows(), stream.getColumns())
            : TerminalSize.UNKNOWN;
    return new Stream(stream.getTerminal(), size);
  }
}
