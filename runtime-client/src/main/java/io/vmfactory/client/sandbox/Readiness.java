package io.vmfactory.client.sandbox;

import java.time.Duration;
import java.util.List;

/** What shows that a program is ready to be part of a template. */
public sealed interface Readiness {
  /** Returns how long the program may take. */
  Duration limit();

  /** Returns what is not so yet, as a clause. */
  String lacking();

  /**
   * A command in the container succeeds. It is repeated until then.
   *
   * @param args program and arguments
   */
  record CommandSucceeds(List<String> args, Duration limit) implements Readiness {
    public CommandSucceeds {
      args = List.copyOf(args);
    }

    @Override
    public String lacking() {
      return "command " + String.join(" ", args) + " does not succeed";
    }
  }

  /**
   * A file exists in the container.
   *
   * @param path an absolute path
   */
  record FileExists(String path, Duration limit) implements Readiness {
    @Override
    public String lacking() {
      return "file " + path + " does not exist";
    }
  }

  /**
   * A socket listens at a TCP port of the VM.
   *
   * @param port 1..65535
   */
  record PortListens(int port, Duration limit) implements Readiness {
    @Override
    public String lacking() {
      return "no socket listens at port " + port;
    }
  }

  /** The program has written a line that contains {@code text}, to its output or error output. */
  record LineAppears(String text, Duration limit) implements Readiness {
    @Override
    public String lacking() {
      return "no line of its output has \"" + text + "\"";
    }
  }
}
