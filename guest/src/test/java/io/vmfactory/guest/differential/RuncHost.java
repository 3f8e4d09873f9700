package io.vmfactory.guest.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The runc of this host. It runs trials with busybox in their root. Needs root. */
final class RuncHost {
  /** A trial that hangs is killed after this, in seconds. */
  private static final String LONGEST = "60";

  private static final Path BUSYBOX = Path.of("/usr/bin/busybox");

  private final Path dir;
  private final Path rootfs;
  private int count;

  RuncHost(Path dir) throws IOException {
    this.dir = dir;
    this.rootfs = dir.resolve("rootfs");
    // other users, as which containers run, must reach the root
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String folder : List.of("bin", "proc", "dev", "sys", "tmp", "srv")) {
      Path path = Files.createDirectories(rootfs.resolve(folder));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    for (String folder : Trial.FOLDERS) {
      Files.createDirectories(rootfs.resolve(folder));
    }
    for (String file : Trial.FILES) {
      Files.createFile(rootfs.resolve(file));
    }
    Path busybox = Files.copy(BUSYBOX, rootfs.resolve("bin/busybox"));
    Files.setPosixFilePermissions(busybox, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String applet : output(List.of(BUSYBOX.toString(), "--list")).lines().toList()) {
      Path link = rootfs.resolve("bin").resolve(applet);
      if (!applet.equals("busybox")) {
        Files.createSymbolicLink(link, Path.of("/bin/busybox"));
      }
    }
  }

  /** Returns whether this host has runc. */
  static boolean isThere() {
    return Files.isExecutable(Path.of("/usr/sbin/runc"));
  }

  private static String output(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  Outcome run(Trial trial) throws IOException, InterruptedException {
    String id = "vmfactory-trial-" + ProcessHandle.current().pid() + "-" + count++;
    Path bundle = Files.createDirectory(dir.resolve(id));
    Files.write(bundle.resolve("config.json"), trial.configJson(rootfs.toString()));
    Path errors = dir.resolve(id + ".stderr");
    Process first = start(List.of("run", "--bundle", bundle.toString(), id), errors);
    try {
      String printed = readTo(first.getInputStream(), Trial.LAST_LINE);
      Map<String, List<String>> sections = new LinkedHashMap<>();
      if (printed.endsWith(Trial.LAST_LINE)) {
        sections.putAll(exec(trial, id));
      }
      try (OutputStream in = first.getOutputStream()) {
        in.write('\n');
      } catch (IOException e) {
        // it has ended before
      }
      printed += new String(first.getInputStream().readAllBytes(), UTF_8);
      int exit = first.waitFor();
      if (printed.isEmpty() && Files.size(errors) > 0) {
        return Outcome.refusal(Files.readString(errors));
      }
      sections.putAll(Outcome.read("run", printed, exit));
      return new Outcome("", sections);
    } finally {
      first.destroyForcibly();
      start(List.of("delete", "--force", id), errors).waitFor();
    }
  }

  private Map<String, List<String>> exec(Trial trial, String id)
      throws IOException, InterruptedException {
    Trial.Exec exec = trial.exec();
    List<String> arguments = new ArrayList<>(List.of("exec"));
    if (!exec.user().isEmpty()) {
      arguments.addAll(List.of("--user", exec.user()));
    }
    if (!exec.cwd().isEmpty()) {
      arguments.addAll(List.of("--cwd", exec.cwd()));
    }
    exec.env().forEach(variable -> arguments.addAll(List.of("--env", variable)));
    arguments.add(id);
    arguments.addAll(trial.probe());
    Path errors = dir.resolve(id + ".exec");
    Process second = start(arguments, errors);
    second.getOutputStream().close();
    String printed = new String(second.getInputStream().readAllBytes(), UTF_8);
    int exit = second.waitFor();
    String all = printed.isEmpty() ? "\n" + Files.readString(errors) : printed;
    return Outcome.read("exec", all, exit);
  }

  private Process start(List<String> arguments, Path errors) throws IOException {
    List<String> command = new ArrayList<>(List.of("timeout", "-s", "KILL", LONGEST));
    command.addAll(List.of("/usr/sbin/runc", "--root", dir.resolve("state").toString()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(Redirect.appendTo(errors.toFile())).start();
  }

  /** Returns what comes up to a line, or up to the end. */
  private static String readTo(InputStream in, String line) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int next;
    while ((next = in.read()) >= 0) {
      all.write(next);
      if (next == '\n' && all.toString(UTF_8).endsWith("\n" + line)) {
        break;
      }
    }
    return all.toString(UTF_8);
  }
}
