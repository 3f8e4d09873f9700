package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.app.Attachments.GrowRequest;
import io.vmfactory.factory.app.Attachments.NicRequest;
import io.vmfactory.factory.app.Control;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.request.DriveId;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.linux.UserIds;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.NicPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what curl sees. */
class JsonTest {
  private static final String URL = "http://localhost";
  private final ServedSkin served = new ServedSkin();

  @AfterEach
  void stop() {
    served.close();
  }

  /** What curl printed: the body, and the HTTP status as a number. */
  private record Answer(int status, String text) {
    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(text);
    }
  }

  private Answer curl(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20"));
    command.addAll(List.of("--unix-socket", served.config.socket().toString()));
    command.addAll(List.of("-w", "%{http_code}"));
    command.addAll(List.of(args));
    Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(curl.waitFor()).as(output).isZero();
    int split = output.length() - 3;
    return new Answer(Integer.parseInt(output.substring(split)), output.substring(0, split));
  }

  @Test
  void statusIsReadable() throws Exception {
    Answer answer = curl(URL + "/v1/status");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().at("/on").asBoolean()).isTrue();
    assertThat(answer.json().at("/version").asText()).isEqualTo("1.2.3");
    assertThat(answer.json().at("/vms/0/state").asText()).isEqualTo("RUNNING");
    assertThat(answer.json().at("/vms/0/memory/guestPrivateKib").asInt()).isEqualTo(1);
    assertThat(answer.json().at("/templates/0/loaded").asBoolean()).isTrue();
    assertThat(answer.json().at("/startedAt").asText()).isEqualTo("2026-11-22T12:00:00.500Z");
    assertThat(answer.json().at("/served/TEMPLATE").asInt()).isEqualTo(3);
  }

  @Test
  void fieldsAtTheirDefaultArePrinted() throws Exception {
    JsonNode vm = curl("-X", "POST", URL + "/v1/vms").json();
    assertThat(vm.has("routeReason")).isTrue();
    assertThat(vm.at("/vm/endpoints").has("qmp")).isTrue();
  }

  @Test
  void aVmGrowsByWhatIsGiven() throws Exception {
    AtomicReference<GrowRequest> seen = new AtomicReference<>();
    served.cases.growVm =
        (q, d) -> {
          seen.set(q);
          return Samples.granted();
        };
    JsonNode grown = curl("-d", "{\"memory_mib\": 512}", URL + "/v1/leases/l1/grow").json();
    assertThat(grown.at("/vm/id").asText()).isEqualTo(Samples.VM);
    assertThat(seen.get())
        .isEqualTo(new GrowRequest(new LeaseId("l1"), null, 512, seen.get().peer()));
  }

  @Test
  void aNicIsAttachedForEachClient() throws Exception {
    AtomicReference<NicRequest> seen = new AtomicReference<>();
    served.cases.attachNic =
        (q, d) -> {
          seen.set(q);
          return new NicPlace("web0", "eth0", "02:00:00:00:00:01");
        };
    JsonNode nic =
        curl("-d", "{\"network_namespace\": \"/run/netns/web\"}", URL + "/v1/leases/l1/nics")
            .json();
    assertThat(nic.at("/name").asText()).isEqualTo("web0");
    assertThat(nic.at("/guestDevice").asText()).isEqualTo("eth0");
    assertThat(nic.at("/guestMac").asText()).isEqualTo("02:00:00:00:00:01");
    Peer us = seen.get().peer();
    assertThat(us.isTrusted()).isTrue();
    assertThat(us.user().uid()).isEqualTo(UserIds.ofThisProcess().uid());
    assertThat(seen.get()).isEqualTo(new NicRequest(new LeaseId("l1"), "/run/netns/web", "", us));
  }

  @Test
  void aNicIsDetachedByItsNameAndNamespace() throws Exception {
    AtomicReference<NicRequest> seen = new AtomicReference<>();
    served.cases.detachNic =
        (q, d) -> {
          seen.set(q);
          return new NicPlace("web0", "eth1", "02:00:00:00:00:01");
        };
    JsonNode nic =
        curl("-X", "DELETE", URL + "/v1/leases/l1/nics/web0?network_namespace=/run/netns/web")
            .json();
    assertThat(nic.at("/guestDevice").asText()).isEqualTo("eth1");
    assertThat(nic.at("/guestMac").asText()).isEqualTo("02:00:00:00:00:01");
    assertThat(seen.get().name()).isEqualTo("web0");
    assertThat(seen.get().networkNamespace()).isEqualTo("/run/netns/web");
  }

  @Test
  void queryParametersFillTheRequest() throws Exception {
    AtomicReference<Boolean> withMemory = new AtomicReference<>();
    served.cases.getStatus =
        (q, d) -> {
          withMemory.set(q == Control.Detail.WITH_MEMORY);
          return Samples.status();
        };
    assertThat(curl(URL + "/v1/status?with_memory=true").status()).isEqualTo(200);
    assertThat(withMemory.get()).isTrue();
    assertThat(curl(URL + "/v1/status").status()).isEqualTo(200);
    assertThat(withMemory.get()).isFalse();
  }

  @Test
  void theBodyFillsTheRequestWhateverItsContentType() throws Exception {
    String body =
        "{\"vcpus\": 2, \"memoryMib\": 512, \"leaseTtl\": \"90s\", \"routes\": [\"COLD\"]}";
    for (String type : List.of("application/json; charset=utf-8", "text/plain")) {
      assertThat(curl("-H", "content-type: " + type, "-d", body, URL + "/v1/vms").status())
          .isEqualTo(200);
      var seen = served.cases.seen.remove(0);
      assertThat(seen.vcpus()).isEqualTo(2);
      assertThat(seen.memoryMib()).isEqualTo(512);
      assertThat(seen.leaseTtl()).isEqualTo(Duration.ofSeconds(90));
      assertThat(seen.routes()).containsExactly(Route.COLD);
    }
  }

  @Test
  void templatesAreMadeOfVmsAndFoundByName() throws Exception {
    String body = "{\"name\": \"python\", \"description\": \"AAEC\", \"labels\": {\"a\": \"b\"}}";
    JsonNode stored = curl("-d", body, URL + "/v1/leases/l1/snapshot").json();
    assertThat(stored.at("/template/name").asText()).isEqualTo("python");
    assertThat(stored.at("/template/version").asInt()).isEqualTo(3);
    assertThat(stored.at("/template/description").asText()).isEqualTo("AAEC");
    assertThat(stored.at("/template/drives/0/kib").asInt()).isEqualTo(3072);
    assertThat(stored.at("/pauseMicros").asInt()).isEqualTo(4000);
    assertThat(stored.at("/writtenKib").asInt()).isEqualTo(8);
    List<String> asked = new ArrayList<>();
    served.cases.getTemplate =
        (q, d) -> {
          asked.add(q);
          return Samples.snapshot("python", new byte[] {1});
        };
    for (String name : List.of("python", "python:3", "py.th_on-3:12", Samples.KEY)) {
      JsonNode found = curl(URL + "/v1/templates/" + name).json();
      assertThat(found.at("/template/labels/made").asText()).isEqualTo("by hand");
    }
    assertThat(asked).containsExactly("python", "python:3", "py.th_on-3:12", Samples.KEY);
    JsonNode back = curl("-d", "{\"version\": 2}", URL + "/v1/templates/python/rollback").json();
    assertThat(back.at("/template/current").asBoolean()).isTrue();
    JsonNode pruned =
        curl("-d", "{\"name\": \"p\", \"keep\": 2}", URL + "/v1/templates/prune").json();
    assertThat(pruned.at("/removed/0/name").asText()).isEqualTo("p");
    assertThat(pruned.at("/removed/0").has("labels")).isTrue();
    assertThat(pruned.at("/removed/0/labels").isEmpty()).isTrue();
    assertThat(pruned.at("/freedKib").asInt()).isEqualTo(2048);
    JsonNode removed = curl("-X", "DELETE", URL + "/v1/templates/python:3").json();
    assertThat(removed.at("/key").asText()).isEqualTo("python:3");
    assertThat(removed.at("/keys/1").asText()).isEqualTo("older");
    assertThat(curl("-d", "{\"template\": \"python:3\"}", URL + "/v1/vms").status()).isEqualTo(200);
    assertThat(served.cases.seen.get(0).template()).isEqualTo("python:3");
  }

  @Test
  void poolsAreResizedAndDrained() throws Exception {
    List<PoolResize> resized = new ArrayList<>();
    served.cases.resizePool =
        (q, d) -> {
          resized.add(q);
          return List.of(Samples.poolView());
        };
    String body = "{\"warm\": {\"fixed\": 3}, \"shells\": {\"auto\": {}}}";
    assertThat(curl("-d", body, URL + "/v1/pools/resize").json().at("/pools/0/tier").asText())
        .isEqualTo("WARM");
    assertThat(resized)
        .containsExactly(new PoolResize("", new PoolConfig.Fixed(3), new PoolConfig.Auto(1, 32)));
    assertThat(curl("-X", "POST", URL + "/v1/pools/drain").json().at("/pools").isArray()).isTrue();
  }

  @Test
  void drivesAreAttachedForWhoAsksAndDetached() throws Exception {
    List<DriveRequest> asked = new ArrayList<>();
    List<ScriptedCases.DriveRef> detached = new ArrayList<>();
    served.cases.attachDrive =
        (q, d) -> {
          asked.add(q);
          return Samples.drive(q);
        };
    served.cases.detachDrive =
        (q, d) -> {
          detached.add(q);
          return ScriptedCases.Nothing.NOTHING;
        };
    String body = "{\"path\": \"/images/a\", \"mode\": \"OVERLAY\"}";
    JsonNode reply = curl("-d", body, URL + "/v1/leases/l1/drives").json();
    assertThat(reply.at("/drive/guestDevice").asText()).isEqualTo("/dev/vdb");
    assertThat(reply.at("/drive/path").asText()).isEqualTo("/images/a");
    assertThat(reply.at("/hops/0/name").asText()).isEqualTo("attach");
    Peer us = asked.get(0).peer();
    assertThat(us.isTrusted()).isTrue();
    assertThat(asked)
        .containsExactly(new DriveRequest(new LeaseId("l1"), "/images/a", DriveMode.OVERLAY, us));
    assertThat(curl("-d", "{}", URL + "/v1/leases/l1/drives").status()).isEqualTo(400);
    assertThat(curl("-X", "DELETE", URL + "/v1/leases/l1/drives/rw0").status()).isEqualTo(200);
    assertThat(detached)
        .containsExactly(new ScriptedCases.DriveRef(new LeaseId("l1"), new DriveId("rw0")));
  }

  @Test
  void pathVariablesFillTheRequest() throws Exception {
    assertThat(curl("-X", "DELETE", URL + "/v1/templates/abc%20d").json().at("/key").asText())
        .isEqualTo("abc d");
    assertThat(curl("-X", "DELETE", URL + "/v1/leases/l1").json().at("/vmId").asText())
        .isEqualTo(Samples.VM);
    AtomicReference<String> renewed = new AtomicReference<>();
    served.cases.renewLease =
        (q, d) -> {
          renewed.set(q.leaseId() + " " + q.ttl());
          return Samples.lease();
        };
    curl("-d", "{\"ttl\": \"7s\"}", URL + "/v1/leases/l2/renew");
    assertThat(renewed.get()).isEqualTo("l2 PT7S");
  }

  @Test
  void aLeasedVmIsSuspendedAndResumedByItsPath() throws Exception {
    AtomicReference<SuspendRequest> asked = new AtomicReference<>();
    served.cases.suspendVm =
        (q, d) -> {
          asked.set(q);
          return Samples.suspension(q);
        };
    served.cases.resumeVm =
        (q, d) -> new ResumedVm(Samples.granted(), Samples.suspension(asked.get()).vm());
    String body = "{\"ttl\": \"9s\", \"labels\": {\"a\": \"b\"}, \"description\": \"AQID\"}";
    JsonNode suspended = curl("-d", body, URL + "/v1/leases/l6/suspend").json();
    assertThat(asked.get().ttl()).isEqualTo(Duration.ofSeconds(9));
    assertThat(suspended.at("/suspended/lease/id").asText()).isEqualTo("l6");
    assertThat(suspended.at("/suspended/diskKib").asInt()).isEqualTo(3072);
    assertThat(suspended.at("/suspended/labels/a").asText()).isEqualTo("b");
    assertThat(suspended.at("/writtenKib").asInt()).isEqualTo(8);
    JsonNode resumed = curl("-d", "{}", URL + "/v1/leases/l6/resume").json();
    assertThat(resumed.at("/labels/a").asText()).isEqualTo("b");
    assertThat(resumed.at("/description").asText()).isEqualTo("AQID");
    JsonNode status = curl(URL + "/v1/status").json();
    assertThat(status.at("/suspended/0/hostname").asText()).isEqualTo("web");
    assertThat(status.at("/suspended/0/lease/ttl").asText()).isEqualTo("3600s");
  }

  @Test
  void aLeasedVmIsPausedAndResumedByItsPath() throws Exception {
    List<String> asked = new ArrayList<>();
    served.cases.pauseVm =
        (lease, d) -> {
          asked.add("pause " + lease.value());
          return Samples.granted();
        };
    served.cases.resumeVm =
        (q, d) -> {
          asked.add("resume " + q.leaseId().value());
          return new ResumedVm(Samples.granted(), null);
        };
    JsonNode paused = curl("-d", "{}", URL + "/v1/leases/l5/pause").json();
    assertThat(paused.at("/vm/id").asText()).isEqualTo(Samples.VM);
    JsonNode resumed = curl("-d", "{}", URL + "/v1/leases/l5/resume").json();
    assertThat(resumed.at("/vm/id").asText()).isEqualTo(Samples.VM);
    assertThat(resumed.at("/lease/id").asText()).isEqualTo(Samples.LEASE);
    assertThat(resumed.at("/hops")).isNotEmpty();
    assertThat(asked).containsExactly("pause l5", "resume l5");
  }

  @Test
  void aLeaseIsForkedByItsPath() throws Exception {
    AtomicReference<ForkRequest> asked = new AtomicReference<>();
    served.cases.forkVm =
        (q, d) -> {
          asked.set(q);
          return Samples.fork(q.count());
        };
    String body = "{\"count\": 3, \"leaseTtl\": \"7s\", \"owner\": \"me\"}";
    JsonNode reply = curl("-d", body, URL + "/v1/leases/l3/fork").json();
    assertThat(asked.get())
        .isEqualTo(new ForkRequest(new LeaseId("l3"), 3, Duration.ofSeconds(7), "me"));
    assertThat(reply.at("/forks")).hasSize(3);
    assertThat(reply.at("/forks/2/vm/id").asText()).isEqualTo(Samples.VM);
    assertThat(reply.at("/forks/2/lease/id").asText()).isEqualTo(Samples.LEASE);
    assertThat(reply.at("/forks/2/hops/0/name").asText()).isEqualTo("spawn");
    assertThat(reply.at("/pauseMicros").asInt()).isEqualTo(4200);
    assertThat(reply.at("/writtenKib").asInt()).isEqualTo(5 << 10);
    assertThat(reply.at("/hops/0/name").asText()).isEqualTo("copy");
    curl("-d", "{}", URL + "/v1/leases/l4/fork");
    assertThat(asked.get()).isEqualTo(new ForkRequest(new LeaseId("l4"), 1, null, ""));
    String route = "{\"routes\": [\"FORK\"]}";
    assertThat(curl("-d", route, URL + "/v1/vms").status()).isEqualTo(400);
  }

  @Test
  void anErrorHasCodeMessageAndDetails() throws Exception {
    served.cases.getVm =
        (q, d) -> {
          throw new RequestException(
              RequestException.Reason.EXHAUSTED,
              "16 of 16 VMs, 100 % – full",
              Duration.ofSeconds(3));
        };
    Answer answer = curl("-d", "{}", URL + "/v1/vms");
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.json().at("/code").asInt()).isEqualTo(8);
    assertThat(answer.json().at("/message").asText()).isEqualTo("16 of 16 VMs, 100 % – full");
    assertThat(answer.json().at("/details/0/@type").asText())
        .isEqualTo("type.googleapis.com/google.rpc.ErrorInfo");
    assertThat(answer.json().at("/details/0/reason").asText()).isEqualTo("EXHAUSTED");
    assertThat(answer.json().at("/details/1/retryDelay").asText()).isEqualTo("3s");
  }

  @Test
  void aReplyIsNotEscapedForHtml() throws Exception {
    String text = curl("-d", "{\"<&'=\\\\u003c\": 2}", URL + "/v1/vms").text();
    assertThat(text).contains("<&'=").doesNotContain("u0026", "u0027", "u003d");
  }

  @Test
  void aBodyThatDoesNotParseIsRefusedWithTheReason() throws Exception {
    for (String body : List.of("{\"vcpu\": 2}", "{", "[]", "{\"vcpus\": \"many\"}")) {
      Answer answer = curl("-d", body, URL + "/v1/vms");
      assertThat(answer.status()).as(body).isEqualTo(400);
      assertThat(answer.json().at("/code").asInt()).isEqualTo(3);
      assertThat(answer.json().at("/details/0/reason").asText()).isEqualTo("MALFORMED");
    }
    assertThat(curl("-d", "{\"vcpu\": 2}", URL + "/v1/vms").text()).contains("vcpu");
    assertThat(curl("-d", "{", URL + "/v1/vms").text()).doesNotContain("Source", "REDACTED");
    assertThat(served.cases.seen).isEmpty();
  }

  @Test
  void aBodyTooLargeIsRefusedAsSuchAndItsCallEnds(@TempDir Path folder) throws Exception {
    Path body = folder.resolve("body");
    Files.writeString(body, "{\"owner\": \"" + "x".repeat(3_000_000) + "\"}");
    Answer answer = curl("--data-binary", "@" + body, URL + "/v1/vms");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/details/0/reason").asText()).isEqualTo("TOO_LARGE");
    assertThat(served.cases.seen).isEmpty();
    long begin = System.nanoTime();
    served.stop(Duration.ofMinutes(5));
    // This does not measure time: an open call would take the whole grace.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void anUnknownPathIsNotFound() throws Exception {
    List<String> paths =
        List.of("/", "/v1/nothing", "/v1/templates/a/b", "/vmfactory.v1.Factory/WatchEvents");
    for (String path : paths) {
      Answer answer = curl(URL + path);
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(answer.json().at("/details/0/reason").asText()).isEqualTo("NO_SUCH_PATH");
    }
    assertThat(curl("-X", "PUT", URL + "/v1/status").status()).isEqualTo(404);
  }

  @Test
  void theTimeoutHeaderIsADeadline() throws Exception {
    served.cases.getVm =
        (q, d) -> {
          throw d.exceeded("nothing but the " + (d.remaining().toMillis() <= 200));
        };
    Answer answer = curl("-H", "grpc-timeout: 200m", "-d", "{}", URL + "/v1/vms");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.json().at("/message").asText()).contains("nothing but the true");
  }

  @Test
  void aClientThatLeavesCancelsItsCall() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    served.cases.getVm =
        (q, d) -> {
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    Process curl =
        new ProcessBuilder(
                "curl",
                "-s",
                "--unix-socket",
                served.config.socket().toString(),
                "-d",
                "{}",
                URL + "/v1/vms")
            .start();
    assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
    curl.destroy();
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
