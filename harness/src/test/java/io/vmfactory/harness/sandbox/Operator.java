package io.vmfactory.harness.sandbox;

import static io.vmfactory.harness.sandbox.Host.soon;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.DiskImage;
import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A second process that operates another process's sandbox {@code shared} and reports each step in
 * a word. The arguments are the configuration and an image of a root file system.
 */
final class Operator {
  static final int ROUNDS = 2;

  private Operator() {}

  public static void main(String[] args) throws IOException {
    DiskImage rootfs = DiskImage.overlay(Path.of(args[1]));
    try (SandboxRuntime runtime = SandboxRuntime.open(RuntimeSettings.load(Path.of(args[0])));
        Sandbox sandbox = runtime.fetch("shared", soon())) {
      Container main = sandbox.container("main", soon());
      System.out.println(sandbox.status(soon()).state() + " " + main.status(soon()).state());
      ContainerProcess echo = main.exec(p -> p.withArgs(List.of("/bin/echo", "hi")), soon());
      System.out.print(new String(echo.stdout().readAllBytes(), UTF_8));

      System.out.println(refusal(sandbox));
      sandbox.pause(soon());
      System.out.println("paused");
      sandbox.resume(soon());
      System.out.println("resumed");

      change(sandbox, rootfs, "theirs");
      System.out.println("changed");
      System.in.read();
      main.kill(9, soon());
    }
    System.out.println("gone");
  }

  /** Returns why this process may not change the sandbox now. */
  private static String refusal(Sandbox sandbox) {
    try {
      sandbox.pause(Deadline.after(Duration.ofMillis(200)));
      return "nothing refused";
    } catch (SandboxException e) {
      return e.reason().toString();
    }
  }

  /** Makes and deletes containers. Leaves the last one, {@code name}. */
  static void change(Sandbox sandbox, DiskImage rootfs, String name) {
    for (int i = 0; i < ROUNDS; i++) {
      create(sandbox, rootfs, name + i).delete(soon());
    }
    create(sandbox, rootfs, name);
  }

  private static Container create(Sandbox sandbox, DiskImage rootfs, String name) {
    ContainerSpec spec = ContainerSpec.of(SandboxIT.command("/bin/sleep", "1000"), rootfs);
    return sandbox.createContainer(spec.withId(name), soon());
  }
}
