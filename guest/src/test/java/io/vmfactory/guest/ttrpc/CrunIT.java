package io.vmfactory.guest.ttrpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container sees no difference from the agent's changes that make crun fast. */
@Tag("qemu")
@Timeout(300)
final class CrunIT {
  private static final String ROOT = "/run/kata-containers/c/rootfs";

  private static final List<String> FIRST =
      List.of(
          "/bin/busybox",
          "sh",
          "-c",
          "/bin/busybox cat /proc/self/personality; exec /bin/busybox sleep 1000");

  private static final List<String> PERSONALITY =
      List.of("/bin/busybox", "cat", "/proc/self/personality");

  @Test
  void theProcessesOfAContainerHaveRandomAddresses(@TempDir Path dir) throws IOException {
    try (RealGuest guest = new RealGuest(dir);
        GuestAgent agent = guest.agent()) {
      agent.awaitServing(RealGuest.soon());
      prepare(agent);
      OciSpec spec =
          OciSpec.standard().withRoot(ROOT, false).with(process -> process.withArgs(FIRST));

      agent
          .containers()
          .create(new ContainerRequest("c", spec, List.of(), false), RealGuest.soon());
      agent.containers().start("c", RealGuest.soon());
      ProcessRef other = new ProcessRef("c", "other");
      agent.processes().exec(other, spec.process().withArgs(PERSONALITY), RealGuest.soon());

      assertThat(firstLine(agent, ProcessRef.first("c"))).isEqualTo("00000000\n");
      assertThat(firstLine(agent, other)).isEqualTo("00000000\n");
    }
  }

  private static void prepare(GuestAgent agent) throws IOException {
    agent
        .sandbox()
        .create(new SandboxRequest("s", "", List.of(), List.of(), false), RealGuest.soon());
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    agent
        .sandbox()
        .copyFile(
            new GuestFile(ROOT + "/bin/busybox", 0755, 0755, 0, 0, busybox), RealGuest.soon());
  }

  private static String firstLine(GuestAgent agent, ProcessRef process) {
    byte[] line = agent.processes().read(process, Output.STDOUT, 4096).toCompletableFuture().join();
    return new String(line, StandardCharsets.UTF_8);
  }
}
