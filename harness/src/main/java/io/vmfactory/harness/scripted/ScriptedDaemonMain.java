package io.vmfactory.harness.scripted;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.grpc.DaemonFacts;
import io.vmfactory.factory.grpc.Skin;
import io.vmfactory.factory.metrics.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The daemon's domain and skin over a scripted hypervisor, as a program. It measures what the
 * daemon itself costs in time and memory, without VMs. Arguments: a folder, and how many warm VMs
 * to keep. Serves on {@code run/factory.sock} in that folder, says so on stdout, and ends when its
 * stdin ends. Started by {@link ScriptedDaemon}.
 */
final class ScriptedDaemonMain {
  private ScriptedDaemonMain() {}

  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]).toAbsolutePath();
    Files.createDirectories(root.resolve("run"));
    VertxOptions options =
        new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(2);
    Vertx vertx = Vertx.vertx(options);
    try (ScriptedFactory factory = new ScriptedFactory(root, Integer.parseInt(args[1]))) {
      VmFactoryConfig config = factory.config();
      DaemonFacts facts = new DaemonFacts("fake", "", "", config.pool());
      try (Skin skin = Skin.start(vertx, config.daemon(), factory.cases(), facts, new Metrics())) {
        System.out.println("vmfactory ready on " + skin.socket());
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
      }
    }
    vertx.close();
  }
}
