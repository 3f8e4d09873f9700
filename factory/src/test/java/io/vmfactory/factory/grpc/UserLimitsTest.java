package io.vmfactory.factory.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vmfactory.configs.UsersConfig;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.factory.app.Control.AtEnd;
import io.vmfactory.factory.request.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests what the skin lets a user of the group nogroup do, and how much of it at once. */
final class UserLimitsTest {
  private static final int MOST = 3;
  private static final String[] NOBODY = {"setpriv", "--reuid=65534", "--regid=65534"};
  private static final String[] OTHER_ROOT = {"setpriv", "--reuid=0", "--regid=0"};
  private static final String[] OPERATOR = {"setpriv", "--reuid=65532", "--regid=1"};
  private ServedSkin served;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(OwnUser.isRoot(), "only root can act as other users");
    serve(new UsersConfig("daemon", 0, 0, MOST));
  }

  private void serve(UsersConfig users) throws IOException {
    served = new ServedSkin(true, "nogroup", users);
    Files.setPosixFilePermissions(
        served.config.runDir(), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void stop() {
    if (served != null) {
      served.close();
    }
  }

  private Process curl(String[] as, String path, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(as));
    command.addAll(List.of("--clear-groups", "curl", "-s", "-w", "\n%{http_code}"));
    command.addAll(List.of(options));
    command.addAll(List.of("--unix-socket", served.config.socket().toString()));
    command.add("http://localhost" + path);
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String said(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), UTF_8);
  }

  @Test
  void aUserHasAsManyRequestsAsOneUserMayHave() throws Exception {
    CountDownLatch begun = new CountDownLatch(MOST);
    CountDownLatch end = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          begun.countDown();
          Blocking.until(end);
          return Samples.granted();
        };
    List<Process> busy = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      busy.add(curl(NOBODY, "/v1/vms", "-d", "{}"));
    }
    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said(curl(NOBODY, "/v1/status")))
        .contains("uid 65534 has 3 requests under way", "max_requests_per_user")
        .endsWith("429");
    assertThat(said(curl(OPERATOR, "/v1/status"))).endsWith("200");
    end.countDown();
    for (Process one : busy) {
      assertThat(said(one)).endsWith("200");
    }
    assertThat(said(curl(NOBODY, "/v1/status"))).endsWith("200");
  }

  @Test
  void aUserMakesAsManyRequestsInASecondAsOneUserMay() throws Exception {
    served.close();
    serve(new UsersConfig("daemon", 0, 0, MOST, 1, 0));
    String status = "http://localhost/v1/status";
    // One program makes all, because a slow machine needs a second to start another.
    String said = said(curl(NOBODY, "/v1/status", "-D", "-", status, status, status, status));
    assertThat(said)
        .contains("200 OK", "429", "uid 65534 has made 1 requests within a second")
        .contains("max_requests_per_second_per_user", "retryDelay");
    assertThat(said(curl(NOBODY, "/metrics"))).endsWith("200");
    for (int i = 0; i < 5; i++) {
      assertThat(said(curl(OTHER_ROOT, "/v1/status"))).endsWith("200");
    }
  }

  @Test
  void aClientThatLeavesGivesItsRequestsBack() throws Exception {
    CountDownLatch begun = new CountDownLatch(MOST);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, new CountDownLatch(1));
        };
    List<Process> busy = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      busy.add(curl(NOBODY, "/v1/vms", "-d", "{}"));
    }
    assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
    served.cases.getVm = (q, d) -> Samples.granted();
    for (Process one : busy) {
      one.destroy();
      one.waitFor();
    }
    // curl is gone before the daemon knows; each further client waits until the daemon has read.
    String last = "429";
    for (int i = 0; i < 1000 && last.endsWith("429"); i++) {
      last = said(curl(NOBODY, "/v1/vms", "-d", "{}"));
    }
    assertThat(last).endsWith("200");
  }

  @Test
  void administratorsAdministerAndOthersDoNot() throws Exception {
    AtomicReference<AtEnd> stopped = new AtomicReference<>();
    served.cases.shutdown =
        (q, d) -> {
          stopped.set(q);
          return ScriptedCases.Nothing.NOTHING;
        };
    assertThat(said(curl(NOBODY, "/v1/shutdown", "-d", "{}")))
        .contains("Shutdown is for administrators, and uid 65534 is none", "admin_group")
        .endsWith("403");
    assertThat(stopped.get()).isNull();
    assertThat(said(curl(OPERATOR, "/v1/shutdown", "-d", "{}"))).endsWith("200");
    assertThat(stopped.get()).isEqualTo(AtEnd.END_VMS);
  }

  @Test
  void theVerbsKnowWhoAsks() throws Exception {
    AtomicReference<Peer> asked = new AtomicReference<>();
    served.cases.attachDrive =
        (q, d) -> {
          asked.set(q.peer());
          return Samples.drive(q);
        };
    String body = "{\"path\": \"/a\", \"mode\": \"OVERLAY\"}";
    assertThat(said(curl(NOBODY, "/v1/leases/l1/drives", "-d", body))).endsWith("200");
    assertThat(asked.get().user().uid()).isEqualTo(65534);
    assertThat(asked.get().standing()).isEqualTo(Peer.Standing.CLIENT);
    assertThat(said(curl(OPERATOR, "/v1/leases/l1/drives", "-d", body))).endsWith("200");
    assertThat(asked.get().user().uid()).isEqualTo(65532);
    assertThat(asked.get().standing()).isEqualTo(Peer.Standing.ADMINISTRATOR);
  }
}
