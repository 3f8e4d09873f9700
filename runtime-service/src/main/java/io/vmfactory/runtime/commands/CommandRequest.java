package io.vmfactory.runtime.commands;

import com.google.protobuf.ByteString;
import io.vmfactory.api.runtime.v1.ClientStream;
import io.vmfactory.api.runtime.v1.CommandLine;
import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.host.TerminalSize;
import io.vmfactory.configs.host.TerminalStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A command line and where it was typed. Texts are {@link HostText}.
 *
 * @param words the words after {@code vmfactory}
 * @param environment the variables of the client
 * @param directory the client's working directory, an absolute path
 * @param streams what is known of its standard input, output and error
 */
public record CommandRequest(
    List<String> words,
    Map<String, String> environment,
    String directory,
    Map<TerminalStream, Stream> streams) {
  /** The version of the wire that this service knows. */
  static final int VERSION = 1;

  private static final TerminalStream[] STREAMS = TerminalStream.values();

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
    streams = Map.copyOf(streams);
  }

  /** Returns what is known of a standard stream of the client. */
  public Stream stream(TerminalStream which) {
    return Objects.requireNonNull(streams.get(which));
  }

  /** Returns whether this service can read {@code line}. */
  static boolean isKnown(CommandLine line) {
    return line.getVersion() == VERSION
        && line.getStreamsCount() == STREAMS.length
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
    Map<TerminalStream, Stream> streams = new EnumMap<>(TerminalStream.class);
    for (int i = 0; i < STREAMS.length; i++) {
      streams.put(STREAMS[i], stream(line.getStreams(i)));
    }
    return new CommandRequest(
        line.getWordsList().stream().map(word -> HostText.of(word.toByteArray())).toList(),
        environment,
        HostText.of(line.getDirectory().toByteArray()),
        streams);
  }

  private static Stream stream(ClientStream stream) {
    TerminalSize size =
        stream.getTerminal()
            ? new TerminalSize(stream.getRows(), stream.getColumns())
            : TerminalSize.UNKNOWN;
    return new Stream(stream.getTerminal(), size);
  }
}
