package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Runs shell scripts in a guest's containers. Each script has a container of its own, which sees
 * /run/kata-containers.
 */
final class GuestShell {
  static final String SHARED = "/run/kata-containers";
  private static final String TOOLS = SHARED + "/tools";

  private final GuestAgent agent;
  private int count;

  /** Creates the guest's sandbox and copies the shell into it. */
  GuestShell(GuestAgent agent) throws IOException {
    this.agent = agent;
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    GuestFile file = new GuestFile(TOOLS + "/bin/busybox", 0755, 0755, 0, 0, busybox);
    agent.sandbox().copyFile(file, RealGuest.soon());
  }

  /** Returns the output of a script, which must succeed. The storages are mounted while it runs. */
  String run(String script, GuestStorage... storages) {
    return run(script, false, storages);
  }

  String run(String script, boolean sharedPids, GuestStorage... storages) {
    String id = "shell" + count++;
    OciSpec spec =
        OciSpec.standard()
            .withRoot(TOOLS, false)
            .withMount(new OciMount(SHARED, "bind", SHARED, List.of("rbind")))
            .with(process -> process.withArgs(List.of("/bin/busybox", "sh", "-c", script)));
    ContainerRequest request = new ContainerRequest(id, spec, List.of(storages), sharedPids);
    agent.containers().create(request, RealGuest.soon());
    agent.containers().start(id, RealGuest.soon());
    String output = all(ProcessRef.first(id), Output.STDOUT);
    String errors = all(ProcessRef.first(id), Output.STDERR);
    int status = agent.processes().exit(ProcessRef.first(id)).toCompletableFuture().join();
    agent.containers().remove(id, Duration.ZERO, RealGuest.soon());
    assertThat(status).as(script + ": " + errors).isZero();
    return output;
  }

  private String all(ProcessRef process, Output output) {
    var all = new ByteArrayOutputStream();
    byte[] some;
    do {
      some = agent.processes().read(process, output, 65536).toCompletableFuture().join();
      all.writeBytes(some);
    } while (some.length > 0);
    return all.toString(StandardCharsets.UTF_8);
  }
}
