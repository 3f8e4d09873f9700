package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the short commands against a scripted daemon: their requests and their output. */
class DaemonCommandsTest {
  private static final String STATUS =
      """
      {"version": "0.1.0", "pid": 4711, "startedAt": "2026-01-01T11:00:00Z", "on": true,
       "hypervisor": {"path": "/usr/bin/qemu-system-x86_64", "version": "7.2.22",
         "accelerator": "tcg", "acceleratorReason": "KVM opens but runs no guest"},
       "templates": [
         {"key": "0123456789abcdef0123", "vcpus": 1, "memoryMib": 256, "memoryKib": 30000,
          "stateKib": 720, "createdAt": "2026-01-01T11:55:00Z", "isDefault": true, "loaded": true},
         {"key": "fedcba9876543210fedc", "vcpus": 2, "memoryMib": 1024, "memoryKib": 2097152,
          "createdAt": "2025-12-30T12:00:00Z", "refused": "built by QEMU 7.2.11"}],
       "vms": [
         {"id": "aaaabbbbccccddddeeee", "pid": 99, "state": "RUNNING", "vcpus": 1,
          "memoryMib": 256, "route": "TEMPLATE"}],
       "leases": [
         {"id": "11112222333344445555", "vmId": "aaaabbbbccccddddeeee", "owner": "me",
          "expiresAt": "2026-01-01T12:01:30.5Z"}],
       "failures": [{"at": "2026-01-01T11:59:30Z", "what": "VM aaaa", "cause": "killed by signal 9"}],
       "served": {"TEMPLATE": 12, "COLD": 1}}
      """;
  private static final String GOT =
      """
      {"vm": {"id": "aaaabbbb", "pid": 99, "state": "RUNNING", "vcpus": 2, "memoryMib": 384,
         "hostname": "web1",
         "endpoints": {"agent": "unix:///run/a.sock", "console": "/run/console.log"}},
       "lease": {"id": "11112222", "expiresAt": "2026-01-01T12:10:00Z"},
       "route": "COLD", "routeReason": "no template fits",
       "hops": [{"name": "spawn", "micros": 20100}, {"name": "boot", "micros": 1502000}]}
      """;

  @TempDir Path dir;
  private ScriptedDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon = new ScriptedDaemon(dir);
  }

  @AfterEach
  void stop() throws Exception {
    daemon.close();
  }

  private Cli run(String... args) {
    List<Object> all = new ArrayList<>(List.of(args));
    all.add("--socket");
    all.add(daemon.socket());
    return Cli.run(all.toArray());
  }

  private String asked(int index) {
    return daemon.requests().get(index).lines().findFirst().orElseThrow();
  }

  private String body(int index) {
    return daemon.requests().get(index).split("\r\n\r\n", 2)[1];
  }

  @Test
  void statusIsShownForPeople() {
    daemon.answers(200, STATUS);

    Cli status = run("status");

    assertThat(status.exit()).isZero();
    assertThat(status.out())
        .isEqualTo(
            """
            daemon      vmfactory 0.1.0, pid 4711, up 60m
            hypervisor  /usr/bin/qemu-system-x86_64 7.2.22, tcg (KVM opens but runs no guest)
            served      TEMPLATE 12, COLD 1

            templates
              KEY           VCPUS    MEMORY   ON DISK  AGE  STATE
              0123456789ab      1   256 MiB  30.0 MiB   5m  default, loaded
              fedcba987654      2  1024 MiB   2.0 GiB   2d  refused: built by QEMU 7.2.11

            VMs
              ID            PID  STATE    ROUTE     VCPUS   MEMORY  LEASE                 ENDS IN  OWNER
              aaaabbbbcccc   99  RUNNING  TEMPLATE      1  256 MiB  11112222333344445555      90s  me

            failures, newest first
              AGE  OPERATION  CAUSE
              30s  VM aaaa    killed by signal 9

            vm factory is on
            """);
    assertThat(asked(0)).isEqualTo("GET /v1/status HTTP/1.1");
  }

  @Test
  void statusOfAnEmptyDaemonIsOff() {
    daemon.answers(200, "{\"version\": \"0.1.0\", \"pid\": 1}");

    Cli status = run("status");

    assertThat(status.exit()).isZero();
    assertThat(status.out())
        .contains("served      nothing yet")
        .endsWith("\n\nvm factory is off\n");
  }

  @Test
  void statusWithMemoryHasItsColumns() {
    daemon.answers(
        200, STATUS.replace("\"pid\": 99", "\"pid\": 99, \"memory\": {\"privateKib\": 34816}"));

    assertThat(run("status", "--memory").out()).contains("PRIVATE").contains("34.0 MiB");
    assertThat(asked(0)).isEqualTo("GET /v1/status?withMemory=true HTTP/1.1");
  }

  @Test
  void statusWithoutADaemonEndsWithOff() throws Exception {
    daemon.close();

    Cli status = run("status");

    assertThat(status.exit()).isEqualTo(3);
    assertThat(status.out()).isEqualTo("vm factory is off\n");
    assertThat(status.err()).contains("no daemon is running");
  }

  @Test
  void jsonIsTheReplyAsItIs() throws IOException {
    daemon.answers(200, STATUS);

    assertThat(JsonValue.parse(run("status", "--json").out()))
        .hasToString(JsonValue.parse(STATUS).toString());
  }

  @Test
  void getSendsOnlyWhatWasSaid() {
    daemon.answers(200, GOT);

    run("get");

    assertThat(asked(0)).isEqualTo("POST /v1/vms HTTP/1.1");
    assertThat(body(0)).isEqualTo("{}");
  }

  @Test
  void getSendsEveryOption() {
    daemon.answers(200, GOT);

    run(
        "get",
        "--template",
        "0123abcd",
        "--vcpus",
        "2",
        "--memory",
        "384",
        "--ttl",
        "90s",
        "--route",
        "template",
        "--route",
        "COLD",
        "--hostname",
        "web1",
        "--owner",
        "me");

    assertThat(body(0))
        .isEqualTo(
            "{\"templateKey\":\"0123abcd\",\"routes\":[\"TEMPLATE\",\"COLD\"],\"vcpus\":2,"
                + "\"memoryMib\":384,\"leaseTtl\":\"90.000s\",\"hostname\":\"web1\",\"owner\":\"me\"}");
  }

  @Test
  void getShowsTheVmForPeople() {
    daemon.answers(200, GOT);

    assertThat(run("get").out())
        .isEqualTo(
            """
            vm        aaaabbbb
            lease     11112222
            ends in   10m
            route     COLD (no template fits)
            size      2 vCPUs, 384 MiB
            hostname  web1
            pid       99
            state     RUNNING
            agent     unix:///run/a.sock
            console   /run/console.log
            time      1.52 s = spawn 20.1 ms, boot 1.50 s
            """);
  }

  @Test
  void aBaseVmIsAskedForAtItsOwnPath() {
    daemon.answers(200, GOT);

    run("get", "--base", "--route", "TEMPLATE");

    assertThat(asked(0)).isEqualTo("POST /v1/base-vms HTTP/1.1");
    assertThat(body(0)).isEqualTo("{\"routes\":[\"TEMPLATE\"]}");
  }

  @Test
  void aRefusalForLackOfResourcesHasItsExitCode() {
    daemon.answers(
        429, "{\"code\": 8, \"message\": \"full\", \"details\": [{\"retryDelay\": \"1s\"}]}");

    Cli refused = run("get");

    assertThat(refused.exit()).isEqualTo(4);
    assertThat(refused.err()).isEqualTo("vmfactory: full\n  try again in 1s\n");
  }

  @Test
  void aValueThatTheDaemonRefusesIsAUsageError() {
    daemon.answers(400, "{\"code\": 3, \"message\": \"vcpus is 200, at most 4\"}");

    assertThat(run("get", "--vcpus", "200"))
        .isEqualTo(new Cli(2, "", "vmfactory: vcpus is 200, at most 4\n"));
  }

  @Test
  void aFailureHasOneLineAndDoesNotSteerTheTerminal() {
    daemon.answers(
        200,
        """
        {"failures": [
          {"at": "2026-01-01T11:59:30Z", "what": "a VM", "cause": "boot:\\r\\n\\u001b[2Jpanic\\n\\n"}]}
        """);

    assertThat(run("status").out()).contains("\n  30s  a VM       boot: | \uFFFD[2Jpanic\n\n");
  }

  @Test
  void destroyForProgramsPrintsTheReplies() {
    daemon.answers(200, "{\"key\": \"k1full\"}").answers(200, "{}");

    assertThat(run("destroy", "k1", "--shutdown", "--json").out().replaceAll("\\s", ""))
        .isEqualTo("{\"key\":\"k1full\"}{}");
  }

  @Test
  void renewTellsTheNewEnd() {
    daemon.answers(200, "{\"lease\": {\"id\": \"l1\", \"expiresAt\": \"2026-01-01T13:00:00Z\"}}");

    assertThat(run("renew", "l1", "--ttl", "1h").out()).isEqualTo("lease l1 ends in 60m\n");
    assertThat(asked(0)).isEqualTo("POST /v1/leases/l1/renew HTTP/1.1");
    assertThat(body(0)).isEqualTo("{\"ttl\":\"3600.000s\"}");
  }

  @Test
  void forkOfALeaseShowsTheClonesAndThePause() {
    String lease = "0123456789abcdef0123456789abcdef";
    daemon.answers(
        200,
        "{\"forks\": [{\"vm\": {\"id\": \"v1\", \"endpoints\": {\"agent\": \"unix:///a\"}},"
            + " \"lease\": {\"id\": \"l1\"}}], \"pauseMicros\": 4200}");

    assertThat(run("fork", lease, "-n", "1", "--ttl", "1h").out())
        .isEqualTo(
            """
            VM  LEASE  AGENT
            v1  l1     unix:///a
            the source stood still for 4.2 ms
            """);
    assertThat(asked(0)).isEqualTo("POST /v1/leases/" + lease + "/fork HTTP/1.1");
    assertThat(body(0)).isEqualTo("{\"count\":1,\"leaseTtl\":\"3600.000s\"}");
  }

  @Test
  void pauseAndResumeTakeLeases() {
    String lease = "0123456789abcdef0123456789abcdef";
    daemon.answers(200, "{}").answers(200, "{}").answers(200, "{}");
    assertThat(run("pause", lease).exit()).isZero();
    assertThat(run("resume", lease).exit()).isZero();
    assertThat(asked(0)).isEqualTo("POST /v1/leases/" + lease + "/pause HTTP/1.1");
    assertThat(asked(1)).isEqualTo("GET /v1/status HTTP/1.1");
    assertThat(asked(2)).isEqualTo("POST /v1/leases/" + lease + "/resume HTTP/1.1");
  }

  @Test
  void suspendTakesLeasesAndStatusShowsThem() {
    String lease = "0123456789abcdef0123456789abcdef";
    String suspended =
        "{\"lease\": {\"id\": \"%s\", \"owner\": \"me\", \"expiresAt\": \"%s\"}, \"vcpus\": 2,"
                .formatted(lease, Cli.NOW.plusSeconds(7200))
            + " \"memoryMib\": 512, \"diskKib\": 3072, \"suspendedAt\": \"%s\"}"
                .formatted(Cli.NOW.minusSeconds(61));
    daemon
        .answers(200, "{\"suspended\": " + suspended + "}")
        .answers(200, "{\"suspended\": [" + suspended + "]}");
    assertThat(run("suspend", lease, "--ttl", "2h").out())
        .isEqualTo("suspended " + lease + ": 3.0 MiB on disk, ends in 2h\n");
    assertThat(asked(0)).isEqualTo("POST /v1/leases/" + lease + "/suspend HTTP/1.1");
    assertThat(body(0)).isEqualTo("{\"ttl\":\"7200.000s\"}");
    assertThat(run("status").out().replaceAll(" +", " "))
        .contains("suspended VMs")
        .contains("2 512 MiB 3.0 MiB 61s " + lease + " 2h me");
  }

  @Test
  void releaseGoesOnAfterALeaseThatIsUnknown() {
    daemon
        .answers(404, "{\"code\": 5, \"message\": \"no lease l1\"}")
        .answers(200, "{\"vmId\": \"v2\"}");

    Cli released = run("release", "l1", "l2");

    assertThat(released.exit()).isEqualTo(1);
    assertThat(released.out()).isEqualTo("released lease l2, VM v2 is gone\n");
    assertThat(released.err()).isEqualTo("vmfactory: no lease l1\n");
    assertThat(asked(1)).isEqualTo("DELETE /v1/leases/l2 HTTP/1.1");
  }

  @Test
  void aNameIsEscapedInThePath() {
    daemon.answers(200, "{}");

    run("release", "../a b?");

    assertThat(asked(0)).isEqualTo("DELETE /v1/leases/..%2Fa%20b%3F HTTP/1.1");
  }

  @Test
  void destroyDeletesAllTemplates() {
    daemon
        .answers(200, "{\"templates\": [{\"key\": \"k1\"}, {\"key\": \"k2\"}]}")
        .answers(200, "{\"key\": \"k1\"}")
        .answers(200, "{\"key\": \"k2\"}");

    assertThat(run("destroy").out())
        .isEqualTo("deleted template k1\ndeleted template k2\nvm factory destroyed\n");
    assertThat(asked(2)).isEqualTo("DELETE /v1/templates/k2 HTTP/1.1");
  }

  @Test
  void destroyDeletesTheNamedTemplateThenStopsTheDaemon() {
    daemon.answers(200, "{\"key\": \"k1full\"}").answers(200, "{}");

    Cli destroyed = run("destroy", "k1", "--shutdown", "--keep-vms");

    assertThat(destroyed.out())
        .isEqualTo("deleted template k1full\nthe daemon is stopping\nvm factory destroyed\n");
    assertThat(asked(1)).isEqualTo("POST /v1/shutdown HTTP/1.1");
    assertThat(body(1)).isEqualTo("{\"keepVms\":true}");
  }
}
