package io.vmfactory.harness.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.harness.Programs;
import io.vmfactory.harness.daemon.DaemonProcess;
import io.vmfactory.linux.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests a container that joins a network namespace as an engine makes it, through the command line
 * of an OCI runtime.
 */
@Tag("qemu")
@Timeout(300)
final class EngineNetworkIT {
  private static final String WAIT = "until %s; do sleep 0.1; done";

  private final TestNamespace engine = TestNamespace.make();
  private final TestNamespace outside = TestNamespace.make();
  private Host host;
  private DaemonProcess service;

  @BeforeEach
  void start() throws IOException {
    host = Host.make("", "nic_slots = 2").withTemplate();
    service = host.startService();
    link("eth0", "out0", 9);
    engine.run("ip", "link", "set", "eth0", "mtu", "1400");
    engine.run("ip", "route", "add", "default", "via", "10.9.0.1", "metric", "7");
    engine.run("ip", "route", "add", "10.77.0.0/24", "via", "10.76.0.1", "dev", "eth0", "onlink");
    engine.run("ip", "neigh", "add", "10.9.0.9", "lladdr", "02:00:00:00:00:09", "dev", "eth0");
  }

  /** Makes an interface in the engine's namespace, and its other end outside. */
  private void link(String name, String other, int net) {
    String pid = outside.path().getName(1).toString();
    engine.run("ip", "link", "add", name, "type", "veth", "peer", "name", other);
    engine.run("ip", "link", "set", other, "netns", pid);
    outside.run("ip", "address", "add", "10.%d.0.1/24".formatted(net), "dev", other);
    outside.run("ip", "address", "add", "fd0%d::1/64".formatted(net), "dev", other, "nodad");
    outside.run("ip", "link", "set", other, "up");
    engine.run("ip", "address", "add", "10.%d.0.2/24".formatted(net), "dev", name);
    engine.run("ip", "address", "add", "fd0%d::2/64".formatted(net), "dev", name, "nodad");
    engine.run("ip", "link", "set", name, "up");
  }

  @AfterEach
  void end() throws IOException {
    try {
      oci("delete", "--force", "web");
      service.terminate();
      Host.soon().await(service.ended(), "the service's end");
    } finally {
      host.close();
      engine.close();
      outside.close();
    }
  }

  /** Runs vmfactory-oci and returns what it prints. */
  private String oci(String... words) throws IOException {
    Path output = Files.createTempFile(host.folder(), "oci", ".out");
    List<String> command = new ArrayList<>();
    command.add(Programs.TOP.resolve("dist/bin/vmfactory-oci").toString());
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile()); // what a stand-in holds open would not end
    builder
        .environment()
        .put("VMFACTORY_ENGINE_SOCKET", host.settings().runtime().engineSocket().toString());
    Process process = builder.start();
    process.getOutputStream().close();
    int code = Host.soon().await(process.onExit(), "vmfactory-oci").exitValue();
    String printed = Files.readString(output);
    assertThat(code).as(String.join(" ", words) + ": " + printed + host.log()).isZero();
    return printed;
  }

  private void create() throws IOException {
    Path bundle = Files.createDirectories(host.folder().resolve("bundle"));
    String json =
        """
        {"ociVersion": "1.0.2", "root": {"path": "%s"},
         "process": {"cwd": "/tmp", "env": ["PATH=/bin"],
           "args": ["sh", "-c", "echo page >index.html; exec busybox httpd -f -p 8000"]},
         "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
         "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"},
                                  {"type": "network", "path": "%s"}]}}
        """;
    Files.writeString(
        bundle.resolve("config.json"),
        json.formatted(host.folder().resolve("tree"), engine.path()));
    oci("create", "--bundle", bundle.toString(), "--pid-file", pidFile().toString(), "web");
  }

  private Path pidFile() {
    return host.folder().resolve("pid");
  }

  private String page(String address) {
    String fetch = "curl -sf --max-time 5 http://%s:8000/".formatted(address);
    return outside.run("timeout", "60", "sh", "-c", WAIT.formatted(fetch));
  }

  @Test
  void aContainerServesThroughTheInterfacesThatItsEngineHasMade() throws IOException {
    create();
    assertThat(Files.readSymbolicLink(standInsNetwork()))
        .isEqualTo(Files.readSymbolicLink(engine.path()));
    oci("start", "web");
    assertThat(page("10.9.0.2")).isEqualTo("page\n");
    assertThat(page("[fd09::2]")).isEqualTo("page\n");

    String link = engine.run("ip", "-o", "link", "show", "dev", "eth0");
    String mac = link.replaceAll("(?s).*link/ether (\\S+) .*", "$1");
    assertThat(oci("exec", "web", "busybox", "ip", "address", "show", "dev", "eth0"))
        .contains(mac, "mtu 1400", "10.9.0.2/24", "fd09::2/64");
    assertThat(oci("exec", "web", "busybox", "ip", "route"))
        .contains("default via 10.9.0.1 dev eth0", "10.77.0.0/24 via 10.76.0.1 dev eth0");
    assertThat(oci("exec", "web", "busybox", "ip", "neigh"))
        .contains("10.9.0.9 dev eth0 lladdr 02:00:00:00:00:09");

    oci("kill", "web", "9");
    String left = "timeout 60 sh -c 'until ! ip -o link | grep -q vmf; do sleep 0.1; done'";
    engine.run("sh", "-c", left);
    assertThat(engine.run("tc", "qdisc", "show", "dev", "eth0")).doesNotContain("ingress");
  }

  private Path standInsNetwork() throws IOException {
    return Path.of("/proc", Files.readString(pidFile()).strip(), "ns", "net");
  }

  @Test
  void interfacesComeAndGoAndTheServiceMayBeKilled() throws IOException {
    create();
    oci("start", "web");
    page("10.9.0.2");
    service.kill();
    Host.soon().await(service.ended(), "the service's end");
    assertThat(page("10.9.0.2")).isEqualTo("page\n");
    service = host.startService();

    link("eth1", "out1", 8);
    assertThat(page("10.8.0.2")).isEqualTo("page\n");
    engine.run("ip", "link", "delete", "eth1");
    String gone = "[ $(ip -o link | grep -c vmf-) = 1 ]";
    engine.run("timeout", "60", "sh", "-c", WAIT.formatted(gone));
    assertThat(page("10.9.0.2")).isEqualTo("page\n");
    link("eth1", "out1", 7);
    assertThat(page("10.7.0.2")).isEqualTo("page\n");
    assertThat(page("10.9.0.2")).isEqualTo("page\n");
  }

  /** The process that stands for a command is killed while no service runs. */
  @Test
  void aCommandEndsWithItsStandInAlsoUnderTheNextService() throws IOException {
    create();
    oci("start", "web");
    Path pid = host.folder().resolve("exec.pid");
    oci("exec", "--detach", "--pid-file", pid.toString(), "web", "busybox", "sleep", "4321");
    String sleeps = "busybox ps | grep -q '[s]leep 4321'";
    oci("exec", "web", "sh", "-c", sleeps);
    service.kill();
    Host.soon().await(service.ended(), "the service's end");
    ProcessHandle standIn =
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
    standIn.destroyForcibly();
    Host.soon().await(standIn.onExit(), "the stand-in's end");
    service = host.startService();
    oci("exec", "web", "sh", "-c", "while " + sleeps + "; do busybox usleep 100000; done");
  }
}
