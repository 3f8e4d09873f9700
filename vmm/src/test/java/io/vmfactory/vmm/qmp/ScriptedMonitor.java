package io.vmfactory.vmm.qmp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A monitor that greets one connection after the other. It answers each command as scripted, and a
 * command without a script with an empty object.
 */
public final class ScriptedMonitor implements AutoCloseable {
  /** As a result: sends no answer. */
  public static final String NOTHING = "";

  private static final Pattern COMMAND =
      Pattern.compile("\\{\"execute\":\"([^\"]+)\".*\"id\":(\\d+)}");

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final Map<String, Runnable> consequences = new ConcurrentHashMap<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final FakeQmpServer server;
  private final Thread thread;

  public ScriptedMonitor(Path socket) throws IOException {
    server = new FakeQmpServer(socket);
    answers.put("query-chardev", "[]");
    thread = new Thread(this::serve, "scripted-monitor");
    thread.start();
  }

  /** Answers {@code command} with {@code result}, a JSON value, from now on. */
  public void says(String command, String result) {
    answers.put(command, result);
  }

  /** Runs {@code consequence} after each answer to {@code command}, from now on. */
  public void after(String command, Runnable consequence) {
    consequences.put(command, consequence);
  }

  /** Returns the names of all commands so far. */
  public List<String> heard() {
    return List.copyOf(heard);
  }

  /** Sends an event. */
  public void sends(String event) {
    try {
      server.write(event + "\r\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connection it serves. */
  public void hangUp() {
    try {
      server.hangUp();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve() {
    try {
      while (true) {
        server.accept();
        converse();
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private void converse() {
    try {
      server.write(FakeQmpServer.GREETING);
      for (String line = server.read(); line != null; line = server.read()) {
        answer(line);
      }
      server.hangUp();
    } catch (IOException e) {
      return; // hung up
    }
  }

  private void answer(String line) throws IOException {
    Matcher command = COMMAND.matcher(line);
    if (!command.matches()) {
      throw new IllegalArgumentException("not a command: " + line);
    }
    heard.add(command.group(1));
    String result = answers.getOrDefault(command.group(1), "{}");
    if (!result.equals(NOTHING)) {
      server.write("{\"return\": %s, \"id\": %s}\r\n".formatted(result, command.group(2)));
    }
    consequences.getOrDefault(command.group(1), () -> {}).run();
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
