package io.vmfactory.guest.ttrpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestFile;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.SandboxRequest;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.OciSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A real guest that runs the containers of specifications, with busybox in their root. */
public final class SpecGuest implements AutoCloseable {
  private static final String ROOT = "/run/rootfs";
  private static final String PREPARE =
      "/bin/busybox --install -s /bin; cd /; /bin/mkdir -p proc dev sys tmp srv";

  private final RealGuest guest;
  private final GuestAgent agent;
  private int count;

  /** The end of a container: its exit code, and its standard output before its standard error. */
  public record Ended(int exit, String output) {}

  public SpecGuest(Path dir) throws IOException {
    guest = new RealGuest(dir);
    agent = guest.agent();
    agent.awaitServing(RealGuest.soon());
    agent
        .sandbox()
        .create(new SandboxRequest("s", "pod", List.of(), List.of(), false), RealGuest.soon());
    copyBusybox(ROOT);
    run(
        OciSpec.standard()
            .with(process -> process.withArgs(List.of("/bin/busybox", "sh", "-c", PREPARE))));
  }

  private void copyBusybox(String root) throws IOException {
    byte[] busybox = Files.readAllBytes(Path.of("/usr/bin/busybox"));
    GuestFile file = new GuestFile(root + "/bin/busybox", 0755, 0755, 0, 0, busybox);
    agent.sandbox().copyFile(file, RealGuest.soon());
  }

  /** Returns the configuration that engines write for a host. */
  public static ObjectNode hostConfig() throws IOException {
    try (InputStream in = SpecGuest.class.getResourceAsStream("/oci-config-host.json")) {
      return (ObjectNode) new ObjectMapper().readTree(in);
    }
  }

  /** Returns the same with changes. */
  public static ObjectNode hostConfig(JsonNode changes) throws IOException {
    ObjectNode config = hostConfig();
    merge(config, changes);
    return config;
  }

  /** Applies a merge patch (RFC 7396): a null removes, a list replaces. */
  private static void merge(ObjectNode into, JsonNode patch) {
    patch
        .properties()
        .forEach(
            property -> {
              JsonNode value = property.getValue();
              if (value.isNull()) {
                into.remove(property.getKey());
              } else if (value.isObject() && into.get(property.getKey()) instanceof ObjectNode in) {
                merge(in, value);
              } else {
                into.set(property.getKey(), value);
              }
            });
  }

  /** Runs a container to its end. */
  public Ended run(OciSpec spec) {
    return during(spec, "", id -> {});
  }

  /** Runs a container to its end whose root has nothing but /bin/busybox. */
  public Ended runInBareRoot(OciSpec spec) throws IOException {
    String root = "/run/bare" + count;
    copyBusybox(root);
    return during(spec, root, "", id -> {});
  }

  /**
   * Runs a container. When it has printed the line, executes something in it, and then gives it a
   * line of input.
   *
   * @param line with its end; empty = does not wait
   * @param execute called with the container's id if it printed the line
   */
  public Ended during(OciSpec spec, String line, Consumer<String> execute) {
    return during(spec, ROOT, line, execute);
  }

  private Ended during(OciSpec spec, String root, String line, Consumer<String> execute) {
    String id = "c" + count++;
    OciSpec here = spec.withRoot(root, spec.rootReadonly());
    ProcessRef first = ProcessRef.first(id);
    agent.containers().create(new ContainerRequest(id, here, List.of(), false), RealGuest.soon());
    try {
      agent.containers().start(id, RealGuest.soon());
      String printed = line.isEmpty() ? "" : read(first, Output.STDOUT, line);
      if (!line.isEmpty() && printed.endsWith(line)) {
        execute.accept(id);
        agent.processes().write(first, new byte[] {'\n'}).toCompletableFuture().join();
      }
      return end(first, printed);
    } finally {
      agent.containers().remove(id, Duration.ofSeconds(30), RealGuest.soon());
    }
  }

  /** Executes a process in a running container to its end. */
  public Ended exec(String id, UnaryOperator<OciProcess> change) {
    ProcessRef ref = new ProcessRef(id, "e" + count++);
    OciProcess like = agent.containers().process(id, RealGuest.soon());
    agent.processes().exec(ref, change.apply(like), RealGuest.soon());
    return end(ref, "");
  }

  private Ended end(ProcessRef ref, String printed) {
    String output = printed + read(ref, Output.STDOUT, "") + read(ref, Output.STDERR, "");
    return new Ended(agent.processes().exit(ref).toCompletableFuture().join(), output);
  }

  /** Reads to the end, or to the end of a line if it is not empty. */
  private String read(ProcessRef ref, Output output, String line) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] some;
    do {
      some = agent.processes().read(ref, output, 65536).toCompletableFuture().join();
      all.writeBytes(some);
    } while (some.length > 0 && (line.isEmpty() || !all.toString(UTF_8).endsWith("\n" + line)));
    return all.toString(UTF_8);
  }

  /** Ends the guest. */
  @Override
  public void close() {
    agent.close();
    guest.close();
  }
}
