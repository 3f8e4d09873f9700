package io.vmfactory.harness.daemon;

import static io.vmfactory.harness.daemon.SpawnedDaemon.soon;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.cli.VmFactoryMain;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.harness.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests what users of the host can do with a real daemon that serves them, with real VMs: their own
 * things, and nothing with those of others.
 */
@Tag("qemu")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class MembersIT {
  /** The groups nogroup and daemon, which Debian has. */
  private static final int CLIENTS = 65534;

  private static final int ADMINISTRATORS = 1;

  private static SpawnedDaemon daemon;
  private static Path folder;
  private static Member alice;
  private static Member bob;
  private static Member operator;
  private static Member root;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(OwnUser.isRoot(), "only root can act as other users");
    daemon =
        new SpawnedDaemon(
            List.of("socket_group = \"nogroup\"", "admin_group = \"daemon\""),
            List.of(),
            "vm_cache_number = 0",
            "shell_number = 0");
    folder = daemon.home().folder();
    mode(folder, "rwxr-xr-x");
    daemon.start();
    try (FactoryClient client = FactoryClient.open(daemon.socket())) {
      daemon.template(client);
    }
    alice = new Member(65534, CLIENTS, daemon.socket());
    bob = new Member(65533, CLIENTS, daemon.socket());
    operator = new Member(65532, ADMINISTRATORS, daemon.socket());
    root = new Member(0, 0, daemon.socket());
  }

  @AfterAll
  static void stop() {
    if (daemon != null) {
      daemon.close();
    }
  }

  private static Path mode(Path path, String mode) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static String lease(Member.Result granted) {
    assertThat(granted.status()).as(granted.text()).isEqualTo(200);
    return granted.text().replaceAll("(?s).*\"lease\":\\s*\\{\\s*\"id\":\\s*\"(\\w+)\".*", "$1");
  }

  /** Checks that every call with this lease says that there is none. */
  private static void assertUnknown(Member who, String lease) {
    String base = "/v1/leases/" + lease;
    for (Member.Result refused :
        List.of(
            who.ask("POST", base + "/renew", "{\"ttl\": \"1s\"}"),
            who.ask("DELETE", base, ""),
            who.ask("DELETE", base + "/drives/rw0", ""),
            who.ask("POST", base + "/drives", "{\"path\": \"/etc/passwd\", \"mode\": 1}"),
            who.ask("POST", base + "/nics", "{\"network_namespace\": \"/proc/1/ns/net\"}"))) {
      assertThat(refused.status()).as(refused.text()).isEqualTo(404);
      assertThat(refused.text()).contains("no such lease: it was released, has expired");
    }
  }

  private static void release(Member who, String lease) {
    assertThat(who.ask("DELETE", "/v1/leases/" + lease, "").status()).isEqualTo(200);
  }

  @Test
  void othersSeeAndTouchNothingOfAVmAlsoAfterATakeOver() throws Exception {
    Member.Result granted = alice.get();
    String alices = lease(granted);
    String roots = lease(root.get());
    for (int daemons = 0; daemons < 2; daemons++) {
      assertUnknown(bob, alices);
      assertUnknown(bob, roots);
      assertUnknown(alice, roots);
      assertUnknown(operator, alices);
      for (Member stranger : List.of(bob, operator)) {
        String seen = stranger.ask("GET", "/v1/status?with_memory=true", "").text();
        seen += stranger.ask("GET", "/metrics", "").text();
        assertThat(seen).contains("vmfactory").doesNotContain(alices, roots, vm(granted));
      }
      assertThat(alice.ask("GET", "/v1/status", "").text())
          .contains(alices, vm(granted))
          .doesNotContain(roots);
      assertThat(root.ask("GET", "/v1/status", "").text()).contains(alices, roots);
      assertThat(alice.ask("POST", "/v1/leases/" + alices + "/renew", "{}").status())
          .isEqualTo(200);
      assertOpenToItsUserOnly(granted);
      daemon.kill();
      daemon.start();
    }
    release(alice, alices);
    release(root, roots);
  }

  private static String vm(Member.Result granted) {
    return agent(granted).getParent().getFileName().toString();
  }

  private static Path agent(Member.Result granted) {
    return Path.of(granted.field("agent").substring("unix://".length()));
  }

  private static void assertOpenToItsUserOnly(Member.Result granted) {
    Path agent = agent(granted);
    Path vm = agent.getParent();
    assertThat(alice.connects(agent)).isTrue();
    assertThat(alice.connects(agent.resolveSibling("gate.sock"))).as("the daemon's port").isFalse();
    assertThat(alice.run("sh", "-c", "exec 3<>" + agent + ".lock").code()).isZero();
    assertThat(alice.run("cat", vm.resolve("console.log").toString()).code()).isZero();
    assertThat(alice.connects(vm.resolve("qmp.sock"))).isFalse();
    assertThat(alice.run("cat", vm.resolve("vm.json").toString()).code()).isNotZero();
    assertThat(alice.run("ls", vm.toString()).code()).isNotZero();
    assertThat(alice.run("touch", vm.resolve("new").toString()).code()).isNotZero();
    assertThat(alice.run("rm", agent.toString()).code()).isNotZero();
    assertThat(alice.run("ls", vm.getParent().toString()).code()).isNotZero();
    for (Member stranger : List.of(bob, operator)) {
      assertThat(stranger.connects(agent)).isFalse();
      assertThat(stranger.run("cat", vm.resolve("console.log").toString()).code()).isNotZero();
    }
  }

  @Test
  void administrationIsForAdministrators() {
    String key = root.ask("GET", "/v1/templates", "").field("key");
    List<String[]> calls =
        List.of(
            new String[] {"POST", "/v1/shutdown", "{}"},
            new String[] {"DELETE", "/v1/templates/" + key, ""},
            new String[] {"POST", "/v1/pools/resize", "{\"warm\": {\"fixed\": 0}}"},
            new String[] {"POST", "/v1/pools/drain", "{}"});
    for (String[] call : calls) {
      Member.Result refused = alice.ask(call[0], call[1], call[2]);
      assertThat(refused.status()).as(refused.text()).isEqualTo(403);
      assertThat(refused.text()).contains("for administrators", "[daemon] admin_group");
    }
    assertThat(operator.ask("POST", "/v1/pools/resize", "{\"warm\": {\"fixed\": 0}}").status())
        .isEqualTo(200);
    for (Member client : List.of(alice, operator)) {
      Member.Result refused = client.ask("POST", "/v1/base-vms", "{}");
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).contains("GetBaseVm is for root and the daemon's own user");
    }
    Member stranger = new Member(65531, 2, daemon.socket());
    assertThat(stranger.connects(daemon.socket())).isFalse();
    assertThat(root.ask("GET", "/v1/templates", "").text()).contains(key);
  }

  @Test
  void aTemplateOfAUsersVmIsThatUsersAndNoOthers() {
    String lease = lease(alice.get());
    String snapshot = "/v1/leases/" + lease + "/snapshot";
    Member.Result stored = alice.ask("POST", snapshot, "{\"name\": \"mine\"}");
    assertThat(stored.status()).as(stored.text()).isEqualTo(200);
    String key = stored.field("key");
    for (Member stranger : List.of(bob, operator)) {
      for (Member.Result refused :
          List.of(
              stranger.ask("GET", "/v1/templates/mine", ""),
              stranger.ask("GET", "/v1/templates/" + key, ""),
              stranger.ask("POST", "/v1/vms", "{\"template\": \"mine\"}"),
              stranger.ask("POST", "/v1/vms", "{\"templateKey\": \"" + key + "\"}"),
              stranger.ask("DELETE", "/v1/templates/mine", ""),
              stranger.ask("DELETE", "/v1/templates/" + key, ""),
              stranger.ask("POST", "/v1/templates/mine/rollback", "{\"version\": 1}"),
              stranger.ask("POST", snapshot, "{\"name\": \"theirs\"}"))) {
        assertThat(refused.status()).as(refused.text()).isEqualTo(404);
      }
      for (String page : List.of("/v1/templates", "/v1/status?with_memory=true", "/metrics")) {
        assertThat(stranger.ask("GET", page, "").text())
            .as(page)
            .doesNotContain(key.substring(0, 12));
      }
    }
    String clone = lease(alice.ask("POST", "/v1/vms", "{\"template\": \"mine\"}"));
    assertThat(root.ask("GET", "/v1/templates/" + key, "").status()).isEqualTo(200);
    assertThat(root.ask("GET", "/v1/status", "").text()).contains(key);
    assertThat(root.ask("DELETE", "/v1/templates/" + key, "").status()).isEqualTo(200);
    assertThat(alice.ask("GET", "/v1/templates/mine", "").status()).isEqualTo(404);
    release(alice, lease);
    release(alice, clone);
  }

  @Test
  void aClientAttachesOnlyWhatItCouldOpen() throws Exception {
    String lease = lease(alice.get());
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Path secret = Files.write(closed.resolve("secret"), new byte[4096]);
    mode(secret, "rw-r--r--");
    mode(closed, "rwx------");
    Path own = Files.write(folder.resolve("own"), new byte[4096]);
    Files.setAttribute(own, "unix:uid", alice.uid());
    Path link = Files.createSymbolicLink(folder.resolve("link"), secret);
    Path readable = mode(Files.write(folder.resolve("readable"), new byte[4096]), "rw-r--r--");

    for (Path theirs : List.of(secret, link, closed.resolve("missing"))) {
      assertAttached(403, lease, theirs, "READ_ONLY");
    }
    assertAttached(403, lease, readable, "WRITABLE");
    assertAttached(200, lease, readable, "READ_ONLY");
    assertAttached(200, lease, own, "WRITABLE");
    long pid = daemonsPid();
    int open = 0;
    for (Path fd : descriptors(pid)) {
      open++;
      String number = fd.getFileName().toString();
      assertAttached(400, lease, Path.of("/proc/self/fd", number), "READ_ONLY");
      assertAttached(400, lease, Path.of("/dev/fd", number), "OVERLAY");
    }
    assertThat(open).isGreaterThan(20);
    assertAttached(400, lease, Path.of("/proc/%d/root%s".formatted(pid, secret)), "READ_ONLY");
    assertAttached(400, lease, Path.of("/dev/zero"), "READ_ONLY");
    release(alice, lease);
  }

  private static long daemonsPid() {
    String status = root.ask("GET", "/v1/status", "").text();
    return Long.parseLong(status.replaceAll("(?s)^.*?\"pid\":\\s*(\\d+).*", "$1"));
  }

  private static List<Path> descriptors(long pid) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return all.limit(40).toList();
    }
  }

  private static void assertAttached(int status, String lease, Path file, String mode) {
    String body = "{\"path\": \"%s\", \"mode\": \"%s\"}".formatted(file, mode);
    Member.Result reply = alice.ask("POST", "/v1/leases/" + lease + "/drives", body);
    assertThat(reply.status()).as("%s %s: %s", file, mode, reply.text()).isEqualTo(status);
  }

  @Test
  void aBaseVmIsListedAndTakesAPlaceUntilItIsGone() {
    Member.Result given = root.ask("POST", "/v1/base-vms", "{}");
    assertThat(given.status()).as(given.text()).isEqualTo(200);
    assertThat(root.ask("GET", "/v1/status", "").text()).contains("baseVms", vm(given));
    assertThat(alice.ask("GET", "/v1/status", "").text()).doesNotContain(vm(given));
    long pid = Long.parseLong(given.text().replaceAll("(?s)^.*?\"pid\":\\s*(\\d+).*", "$1"));
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    soon().await(process.onExit(), "the base VM's end");
    assertThat(root.ask("GET", "/v1/status", "").text()).doesNotContain(vm(given));
    DaemonHome.remove(agent(given).getParent());
  }

  @Test
  void aMemberRunsContainers() throws Exception {
    Path home = Files.createDirectory(folder.resolve("alice"));
    Files.setAttribute(home, "unix:uid", alice.uid());
    Path tree = rootfs(home);
    List<String> vmfactory = vmfactory(home);
    Member.Result said = alice.run(with(vmfactory, "run", "--rootfs", tree, "--", "echo", "hello"));
    assertThat(said.text()).isEqualTo("hello\n");
    assertThat(said.code()).isZero();

    Process waiting =
        new ProcessBuilder(
                alice.as(
                    with(
                        vmfactory,
                        "run",
                        "--name",
                        "box",
                        "-i",
                        "--rootfs",
                        tree,
                        "--",
                        "sh",
                        "-c",
                        "echo up; read line")))
            .redirectErrorStream(true)
            .start();
    assertThat(waiting.inputReader(UTF_8).readLine()).isEqualTo("up");
    Member.Result inside = alice.run(with(vmfactory, "exec", "box", "--", "echo", "inside"));
    assertThat(inside.text()).isEqualTo("inside\n");
    waiting.getOutputStream().close();
    soon().await(waiting.onExit(), "the container's end");
  }

  private static Path rootfs(Path home) throws IOException {
    Path tree = home.resolve("tree");
    for (String name : List.of("bin", "etc", "proc", "sys", "dev", "tmp")) {
      Files.createDirectories(tree.resolve(name));
    }
    Path busybox = Files.copy(Path.of("/bin/busybox"), tree.resolve("bin/busybox"));
    mode(busybox, "rwxr-xr-x");
    for (String name : List.of("sh", "echo")) {
      Files.createSymbolicLink(tree.resolve("bin").resolve(name), Path.of("busybox"));
    }
    return tree;
  }

  /** Returns the command of a user that may not enter the folders of this build. */
  private static List<String> vmfactory(Path home) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("/usr/bin/env", "VMFACTORY_HOME=" + Programs.TOP.resolve("dist")));
    command.addAll(Programs.java(VmFactoryMain.class));
    int classPath = command.indexOf("-cp") + 1;
    List<String> copies = new ArrayList<>();
    Path copy = Files.createDirectory(folder.resolve("classpath"));
    for (String entry : command.get(classPath).split(":", -1)) {
      Path target = Files.createDirectory(copy.resolve(Integer.toString(copies.size())));
      String from = entry.endsWith("/*") ? entry.substring(0, entry.length() - 1) + "." : entry;
      if (entry.isEmpty()) {
        continue; // Maven's class path ends with a separator
      }
      Process copying = new ProcessBuilder("cp", "-r", from, target.toString()).start();
      assertThat(copying.waitFor()).isZero();
      Path name = Path.of(entry).getFileName();
      copies.add(entry.endsWith("/*") ? target + "/*" : target.resolve(name).toString());
    }
    command.set(classPath, String.join(":", copies));
    command.addAll(
        1,
        List.of(
            "HOME=" + home,
            "XDG_STATE_HOME=" + home.resolve("state"),
            "XDG_RUNTIME_DIR=" + home.resolve("run"),
            "VMFACTORY_CONFIG=" + daemon.home().configuration()));
    return command;
  }

  private static List<String> with(List<String> command, Object... more) {
    List<String> all = new ArrayList<>(command);
    Stream.of(more).map(Object::toString).forEach(all::add);
    return all;
  }
}
