package io.vmfactory.factory.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.factory.request.RequestException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the socket with a client in another language: @grpc/grpc-js with its defaults. */
class GrpcJsTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("vmfactory.top"), "factory/src/test/js");
  private static final Path HOME =
      Path.of(System.getProperty("vmfactory.top"), "factory/target/js");
  private static final List<String> PROTOS =
      List.of(
          "google/api/annotations.proto",
          "google/api/http.proto",
          "google/rpc/status.proto",
          "google/rpc/error_details.proto",
          "google/protobuf/any.proto",
          "google/protobuf/descriptor.proto",
          "google/protobuf/duration.proto",
          "google/protobuf/timestamp.proto",
          "health.proto");

  private final ServedSkin served = new ServedSkin();

  /** Installs the client from its lock file, and copies the protos that it reads. */
  @BeforeAll
  static void install() throws Exception {
    Files.createDirectories(HOME);
    for (String file : List.of("package.json", "package-lock.json", ".npmrc", "client.js")) {
      Files.copy(SOURCES.resolve(file), HOME.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    for (String proto : PROTOS) {
      copyResource(proto);
    }
    if (!Files.isDirectory(HOME.resolve("node_modules/@grpc/grpc-js"))) {
      run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
    }
  }

  private static void copyResource(String name) throws IOException, URISyntaxException {
    URL resource = GrpcJsTest.class.getClassLoader().getResource(name);
    assertThat(resource).as(name).isNotNull();
    Path target = HOME.resolve("protos").resolve(name);
    Files.createDirectories(target.getParent());
    try (InputStream in = resource.openStream()) {
      Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(HOME.toFile())
            .redirectError(HOME.resolve("stderr").toFile())
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as("%s: %s", List.of(command), Files.readString(HOME.resolve("stderr")))
        .isZero();
    return output;
  }

  private JsonNode node(String check, String authority) throws Exception {
    String protos =
        HOME.resolve("protos")
            + ":"
            + Path.of(System.getProperty("vmfactory.top"), "api/src/main/proto");
    String socket = served.config.socket().toString();
    return new ObjectMapper().readTree(run("node", "client.js", protos, socket, check, authority));
  }

  private JsonNode node(String check) throws Exception {
    return node(check, "");
  }

  @AfterEach
  void stop() {
    served.close();
  }

  /** Tries the client's own default, the path as C-core clients send it, and a plain path. */
  @ParameterizedTest
  @ValueSource(strings = {"", "%2Frun%2Fvmfactory%2Ffactory.sock", "/run/vmfactory/factory.sock"})
  void aUnaryCallWorksWhateverTheAuthority(String authority) throws Exception {
    assertThat(node("unary", authority).at("/id").asText()).isEqualTo(Samples.VM);
    assertThat(served.cases.seen.get(0).owner()).isEqualTo("js");
  }

  @Test
  void aStreamWorks() throws Exception {
    served.cases.createTemplate =
        (q, d) -> {
          q.listener().began("boot", 1, 1);
          q.listener().ended("boot", 1, 1, Duration.ofMillis(1), "");
          return Samples.template();
        };
    assertThat(node("stream").at("/steps").toString()).isEqualTo("[\"boot\",\"boot\",\"\"]");
  }

  @Test
  void aDeadlineIsSaidAsSuchAndStopsTheWork() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    CompletableFuture<Duration> asked = new CompletableFuture<>();
    served.cases.getVm =
        (q, d) -> {
          asked.complete(d.remaining());
          throw Blocking.untilInterrupted(begun, interrupted);
        };
    assertThat(node("deadline").at("/code").asInt()).isEqualTo(4);
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(asked.get()).isLessThanOrEqualTo(Duration.ofMillis(300));
  }

  @Test
  void anErrorHasCodeMessageAndDetails() throws Exception {
    String message = "16 of 16 VMs: 100 % – »full«; try, e.g., later?\n";
    served.cases.getVm =
        (q, d) -> {
          var reason = RequestException.Reason.EXHAUSTED;
          throw new RequestException(reason, message, Duration.ofSeconds(3));
        };
    JsonNode seen = node("error");
    assertThat(seen.at("/code").asInt()).isEqualTo(8);
    assertThat(seen.at("/message").asText()).isEqualTo(message);
    assertThat(seen.at("/details").toString()).isEqualTo("[\"EXHAUSTED\",\"retry after 3\"]");
  }

  @Test
  void healthAnswers() throws Exception {
    assertThat(node("health").at("/status").asText()).isEqualTo("SERVING");
  }
}
