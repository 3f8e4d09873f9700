package io.vmfactory.guest.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real guest that runs the containers of specifications, with busybox in their root. */
final class SpecGuest implements AutoCloseable {
  private static final String ROOT = "/run/rootfs";
  private static final String PREPARE =
      "/bin/busybox --install -s /bin; cd /; /bin/mkdir -p proc dev sys tmp srv";

  private final RealGuest guest;
  private final GuestAgent agent;
  private int count;

  /** The end of a container: its exit code, and its standard output before its standard error. */
  record Ended(int exit, String output) {}

  SpecGuest(Path dir) throws IOException {
    guest = new RealGuest(dir);
    agent = guest.agent();
    agent.awaitServing(RealGuest.soon());
    agent
        .sandbox()
        .create(new SandboxRequest("s", "pod", List.of(), List.of(), false), RealGuest.soon());
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    agent
        .sandbox()
        .copyFile(
            new GuestFile(ROOT + "/bin/busybox", 0755, 0755, 0, 0, busybox), RealGuest.soon());
    run(
        OciSpec.standard()
            .with(process -> process.withArgs(List.of("/bin/busybox", "sh", "-c", PREPARE))));
  }

  /** Returns the configuration that engines write for a host. */
  static ObjectNode hostConfig() throws IOException {
    try (InputStream in = SpecGuest.class.getResourceAsStream("/oci-config-host.json")) {
      return (ObjectNode) new ObjectMapper().readTree(in);
    }
  }

  /** Runs a container to its end. */
  Ended run(OciSpec spec) {
    String id = "c" + count++;
    OciSpec here = spec.withRoot(ROOT, spec.rootReadonly());
    agent.containers().create(new ContainerRequest(id, here, List.of(), false), RealGuest.soon());
    agent.containers().start(id, RealGuest.soon());
    String output = all(id, Output.STDOUT) + all(id, Output.STDERR);
    int exit = agent.processes().exit(ProcessRef.first(id)).toCompletableFuture().join();
    agent.containers().remove(id, Duration.ofSeconds(30), RealGuest.soon());
    return new Ended(exit, output);
  }

  private String all(String id, Output output) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some;
    do {
      some =
          agent.processes().read(ProcessRef.first(id), output, 65536).toCompletableFuture().join();
      all.writeBytes(some);
    } while (some.length > 0);
    return all.toString(UTF_8);
  }

  @Override
  public void close() {
    agent.close();
    guest.close();
  }
}
