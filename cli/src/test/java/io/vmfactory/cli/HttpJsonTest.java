package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpJsonTest {
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

  private HttpJson http() {
    return new HttpJson(daemon.socket(), null);
  }

  @Test
  void asksAndReadsTheAnswer() {
    daemon.answers(200, "{\"a\": \"é\"}");

    assertThat(http().get("/v1/x").text("a")).isEqualTo("é");
    assertThat(daemon.requests())
        .containsExactly("GET /v1/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @Test
  void sendsABodyWithItsLengthInBytes() {
    daemon.answers(200, "{}");

    http().post("/v1/vms", JsonValue.object().with("owner", "Zoë").with("vcpus", 2));

    assertThat(daemon.requests().get(0))
        .startsWith("POST /v1/vms HTTP/1.1\r\n")
        .contains("Content-Type: application/json\r\n", "Content-Length: 26\r\n")
        .endsWith("\r\n\r\n{\"owner\":\"Zoë\",\"vcpus\":2}");
  }

  @Test
  void sendsALargeBodyWhole() {
    daemon.answers(200, "{}");
    String large = "x".repeat(3_000_000);

    http().post("/v1/vms", JsonValue.object().with("owner", large));

    assertThat(daemon.requests().get(0)).endsWith(large + "\"}");
  }

  @Test
  void readsAReplyThatComesByteByByte() {
    daemon.sends(ScriptedDaemon.http(200, "{\"a\": 1}").split(""));

    assertThat(http().get("/").number("a")).isEqualTo(1);
  }

  @Test
  void readsChunksHoweverTheyAreCut() {
    daemon.sends(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a",
        "\r\nB\r\n\": \"0123456\r",
        "\n3\r\n7\"}\r\n0\r\n\r\n");

    assertThat(http().get("/").text("a")).isEqualTo("01234567");
  }

  @Test
  void withoutALengthTheBodyEndsWithTheConnection() {
    daemon.sends("HTTP/1.1 200 OK\r\n\r\n{\"a\"", ": 1}");

    assertThat(http().get("/").number("a")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
      })
  void aReplyThatIsCutShortIsReportedAsSuch(String reply) {
    daemon.sends(reply);

    assertThatThrownBy(() -> http().get("/"))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("closed the connection without an answer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "220 mail.example ESMTP\r\n",
        "HTTP/1.1 twohundred OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno!",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}{}",
        "HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\n<h1>"
      })
  void anotherServerIsReportedAsSuch(String reply) {
    daemon.sends(reply);

    assertThatThrownBy(() -> http().get("/"))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("is not a vmfactory daemon");
  }

  @Test
  void anEndlessLineIsRefused() {
    daemon.sends("HTTP/1.1 200 " + "x".repeat(20_000));

    assertThatThrownBy(() -> http().get("/")).hasMessageContaining("line too long");
  }

  @Test
  void aDaemonThatHangsIsLeftWhenTheTimeIsOver() {
    daemon.hangs();
    HttpJson impatient = new HttpJson(daemon.socket(), Duration.ofMillis(1));

    assertThatThrownBy(() -> impatient.get("/"))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("the daemon's answer");
    assertThat(daemon.requests().get(0)).contains("\r\ngrpc-timeout: 1m\r\n");
  }

  @Test
  void aLongTimeoutIsSentInSecondsSinceTheHeaderHasEightDigits() {
    daemon.answers(200, "{}");

    new HttpJson(daemon.socket(), Duration.ofDays(2)).get("/");

    assertThat(daemon.requests().get(0)).contains("\r\ngrpc-timeout: 172800S\r\n");
  }

  @Test
  void aRefusalCarriesTheDaemonsMessageItsRemedyAndTheExitCode() {
    daemon.answers(
        429,
        """
        {"code": 8, "message": "4 of 4 VMs are out", "details": [
          {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "EXHAUSTED"},
          {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}]}
        """);

    CliException e = catchThrowableOfType(CliException.class, () -> http().get("/"));

    assertThat(e).hasMessage("4 of 4 VMs are out");
    assertThat(e.remedy()).isEqualTo("try again in 2s");
    assertThat(e.exit()).isEqualTo(Exit.EXHAUSTED);
  }

  @Test
  void withoutASocketNoDaemonIsRunning() {
    HttpJson nowhere = new HttpJson(dir.resolve("none.sock"), null);

    CliException e = catchThrowableOfType(CliException.class, () -> nowhere.get("/"));

    assertThat(e.exit()).isEqualTo(Exit.NOT_RUNNING);
    assertThat(e.remedy()).contains("vmfactory serve");
  }

  @Test
  void aSocketWithoutAListenerMeansNoDaemonToo() throws Exception {
    daemon.close();
    assertThat(Files.exists(daemon.socket())).isTrue();

    CliException e = catchThrowableOfType(CliException.class, () -> http().get("/"));

    assertThat(e.exit()).isEqualTo(Exit.NOT_RUNNING);
  }

  @Test
  void aSocketThatAnotherUserCouldHaveMadeIsNotSpokenTo() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));

    CliException e = catchThrowableOfType(CliException.class, () -> http().get("/"));

    assertThat(e.exit()).isEqualTo(Exit.FAILURE);
    assertThat(e).hasMessageContaining("another user may have made " + daemon.socket());
    assertThat(e.remedy()).contains("--socket");
  }
}
