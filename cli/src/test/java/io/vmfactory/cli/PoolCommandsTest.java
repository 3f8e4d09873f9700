package io.vmfactory.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the pool commands, and the pools in status, against a scripted daemon. */
@Timeout(60)
class PoolCommandsTest {
  private static final String POOLS =
      """
      {"memoryBudget": {"budgetKib": 2097152, "privateKib": 71680, "vms": 3},
       "restores": {"inFlight": 1, "limit": 2, "waiting": 4, "maxWaiting": 256},
       "pools": [
         {"templateKey": "0123456789abcdef0123", "tier": "WARM", "phase": "OPEN", "target": 4,
          "targetReason": "auto 1..32, 0.9/s", "idle": 1, "probing": 1, "allocating": 2,
          "superseded": 1, "refillPauses": 1, "hitRatio": 0.9167, "refill": "0.050s",
          "privateKib": 51200, "sharedKib": 204800,
          "retry": {"failuresInARow": 3, "in": "1.500s", "cause": "no memory"},
          "failures": [{"kind": "ALLOCATE", "cause": "no memory", "ago": "12.3s"},
                       {"kind": "DIED", "cause": "older", "ago": "99s"}]},
         {"templateKey": "fedcba9876543210fedc", "tier": "SHELL", "phase": "DRAINING",
          "refill": "1s"}]}
      """;
  private static final String TABLE =
      """
      TEMPLATE      TIER   IDLE  TARGET  MAKING    HITS   REFILL   PRIVATE     SHARED  WHY
      0123456789ab  WARM      2       4       2  91.7 %  50.0 ms  50.0 MiB  200.0 MiB  \
      auto 1..32, 0.9/s; 1 of the previous template; refill pauses while requests are served
      fedcba987654  SHELL     0       0       0           1.00 s     0 KiB      0 KiB  \
      drained; refill it with vmfactory pool resize

      AGE  TEMPLATE      TIER  FAILED  CAUSE
      12s  0123456789ab  WARM  making  no memory (tries again in 1.50 s, failed 3 times)
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

  private String asked() {
    return daemon.requests().get(0).lines().findFirst().orElseThrow();
  }

  private String body() {
    return daemon.requests().get(0).split("\r\n\r\n", 2)[1];
  }

  @Test
  void listShowsWhatEachPoolWantsHasAndLacks() {
    daemon.answers(200, POOLS);

    assertThat(run("pool", "list")).isEqualTo(new Cli(0, TABLE, ""));
    assertThat(asked()).isEqualTo("GET /v1/status HTTP/1.1");
  }

  @Test
  void listOfOneTemplateLeavesTheOthersOut() {
    daemon.answers(200, POOLS).answers(200, POOLS);

    assertThat(run("pool", "list", "--template", "fedcba98").out())
        .contains("fedcba987654")
        .doesNotContain("0123456789ab", "no memory");
    Cli none = run("pool", "list", "--template", "aaaaaaaa");
    assertThat(none.exit()).isEqualTo(1);
    assertThat(none.err()).contains("there is no pool for template aaaaaaaa", "vmfactory status");
  }

  @Test
  void withoutPoolsTheRemedyIsPrinted() {
    daemon.answers(200, "{}");

    assertThat(run("pool", "list").out()).contains("vmfactory init");
  }

  @Test
  void forProgramsThePoolsAreAsTheDaemonSentThem() throws IOException {
    daemon.answers(200, POOLS);

    JsonValue printed = JsonValue.parse(run("pool", "list", "--json").out());
    assertThat(printed.fields()).containsOnlyKeys("pools");
    assertThat(printed.get("pools")).hasToString(JsonValue.parse(POOLS).get("pools").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--warm 8 | {'warm':{'fixed':8}}",
        "--warm 0 --shells 4096 | {'warm':{'fixed':0},'shells':{'fixed':4096}}",
        "--shells auto | {'shells':{'auto':{}}}",
        "--warm auto:0-1 | {'warm':{'auto':{'min':0,'max':1}}}",
        "--template 4f1a09c2 --warm 1 | {'templateKey':'4f1a09c2','warm':{'fixed':1}}",
      })
  void resizeSendsWhatWasSaid(String options, String body) {
    daemon.answers(200, POOLS);

    Cli resized = run(("pool resize " + options).split(" "));

    assertThat(resized).isEqualTo(new Cli(0, TABLE, ""));
    assertThat(asked()).isEqualTo("POST /v1/pools/resize HTTP/1.1");
    assertThat(body()).isEqualTo(body.replace('\'', '"'));
  }

  @Test
  void drainShowsTheEmptyPools() {
    daemon.answers(200, POOLS);

    assertThat(run("pool", "drain", "--template", "fedcba98").out()).isEqualTo(TABLE);
    assertThat(asked()).isEqualTo("POST /v1/pools/drain HTTP/1.1");
    assertThat(body()).isEqualTo("{\"templateKey\":\"fedcba98\"}");
  }

  @Test
  void statusHasThePoolsTheBudgetAndWhoWaits() {
    daemon.answers(200, POOLS);

    assertThat(run("status").out())
        .contains(
            """
            budget      70.0 MiB of 2.0 GiB private memory, 3 VMs in the pools
            restores    1 of 2 at once, 4 of 256 requests waiting

            pools
              TEMPLATE      TIER   IDLE  TARGET\
            """,
            """
            last failure of each pool
              AGE  TEMPLATE      TIER  FAILED  CAUSE
              12s  0123456789ab  WARM  making  no memory (tries again in 1.50 s, failed 3 times)
            """);
  }
}
